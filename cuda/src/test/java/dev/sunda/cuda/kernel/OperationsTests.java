package dev.sunda.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.ParametricOp;
import dev.sunda.core.op.UnaryOp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The numbers under which the kernels know operations are those of the enums: who adds a constant learns here that it needs a kernel.
class OperationsTests {
    @Test
    void kernelsKnowEveryOperationByItsNumber() throws IOException {
        assertThat(constants("UnaryOp")).isEqualTo(names(UnaryOp.values()));
        assertThat(constants("ParametricOp")).isEqualTo(names(ParametricOp.Kind.values()));
        assertThat(constants("BinaryOp")).isEqualTo(names(BinaryOp.values()));
    }

    private static List<String> names(Enum<?>[] constants) {
        return Arrays.stream(constants).map(Enum::name).toList();
    }

    private static List<String> constants(String name) throws IOException {
        String header = Files.readString(Path.of("src/main/cuda/operations.cuh"));
        Matcher list = Pattern.compile("enum " + name + " \\{([^}]*)}").matcher(header);
        assertThat(list.find()).isTrue();
        return Arrays.stream(list.group(1).replace(" = 128", "").split(",")).map(String::strip).toList();
    }
}
