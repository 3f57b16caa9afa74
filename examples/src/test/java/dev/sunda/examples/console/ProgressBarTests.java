package dev.sunda.examples.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class ProgressBarTests {
    private final StringWriter text = new StringWriter();

    private ProgressBar bar(boolean terminal) {
        return new ProgressBar(new PrintWriter(text), terminal);
    }

    @Test
    void theBarFillsWhatTheTextsLeave() {
        assertThat(ProgressBar.bar("epoch 1/5", 0, 469, "loss 2.3026  0:42 left")).hasSize(79).contains("  [      ")
                .contains("]    0/469  loss");
        assertThat(ProgressBar.bar("epoch 1/5", 234, 469, "loss 0.1")).hasSize(79).contains("=>  ").contains("]  234/469  loss");
        assertThat(ProgressBar.bar("epoch 1/5", 469, 469, "loss 0.1")).hasSize(79).contains("==]  469/469  loss");
    }

    @Test
    void withoutRoomThereIsNoBar() {
        assertThat(ProgressBar.bar("epoch 1/5", 1, 2, "x".repeat(70))).isEqualTo("epoch 1/5  1/2  " + "x".repeat(70));
    }

    @Test
    void aTerminalLineIsDrawnOverAndLeavesNothingBehind() {
        ProgressBar bar = bar(true);
        bar.update("a", 1, 10, () -> "long detail");
        bar.update("a", 10, 10, () -> "end");
        bar.clear();
        assertThat(text.toString().split("\r")).hasSize(4).allSatisfy(part -> assertThat(part.length()).isLessThanOrEqualTo(79))
                .satisfies(parts -> assertThat(parts[3]).isBlank());
        assertThat(text.toString()).endsWith("\r").doesNotContain("\n");
    }

    @Test
    void elsewhereThereAreThreePlainLines() {
        ProgressBar bar = bar(false);
        var asked = new ArrayList<Integer>();
        for (int round = 0; round < 2; round++)
            for (int i = 1; i <= 8; i++) {
                int done = i;
                bar.update("epoch", i, 8, () -> {
                    asked.add(done);
                    return "loss " + done;
                });
            }
        assertThat(asked).as("what is not shown may be expensive").containsExactly(2, 4, 6, 2, 4, 6);
        assertThat(text.toString().lines()).containsExactly("epoch  2/8  loss 2", "epoch  4/8  loss 4", "epoch  6/8  loss 6",
                "epoch  2/8  loss 2", "epoch  4/8  loss 4", "epoch  6/8  loss 6");
        assertThat(text.toString()).doesNotContain("\r");
    }
}
