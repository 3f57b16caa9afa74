package dev.sunda.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PrecisionTests {
    private static final String PRODUCTS = "sunda.cuda.matmul";
    private static final String CONVOLUTIONS = "sunda.cuda.conv";

    @AfterEach
    void forget() {
        System.clearProperty(PRODUCTS);
        System.clearProperty(CONVOLUTIONS);
    }

    @Test
    void isFloat32UnlessSomebodyAsks() {
        assertThat(Precision.ofProducts()).isEqualTo(Precision.FLOAT32);
        assertThat(Precision.ofConvolutions()).isEqualTo(Precision.FLOAT32);
        assertThat(Precision.remark(7)).isEmpty();
        assertThat(Precision.remark(9)).isEmpty();
    }

    @Test
    void isAskedForSeparately() {
        System.setProperty(PRODUCTS, "bf16");
        System.setProperty(CONVOLUTIONS, "tf32");
        assertThat(Precision.ofProducts()).isEqualTo(Precision.BF16);
        assertThat(Precision.ofConvolutions()).isEqualTo(Precision.TF32);
        assertThat(Precision.remark(8)).isEqualTo(", matrix products in bf16, convolutions in tf32");
        System.setProperty(PRODUCTS, "float32");
        assertThat(Precision.remark(7)).isEqualTo(", -Dsunda.cuda.conv=tf32 has no effect below compute capability 8.0");
    }

    @Test
    void otherWordsAreRefused() {
        System.setProperty(CONVOLUTIONS, "fp8");
        assertThatThrownBy(Precision::ofConvolutions).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("-Dsunda.cuda.conv: must be float32, tf32 or bf16 (got fp8)");
        assertThatThrownBy(() -> Precision.remark(9)).hasMessageContaining("(got fp8)");
    }
}
