package dev.sunda.examples.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TextTableTests {
    @Test
    void firstColumnLeftOthersRight() {
        var table = new TextTable("name", "n", "time");
        table.row("a", "1,000", "3 s");
        table.row("longer", "5", "12 s");
        assertThat(table.lines()).containsExactly(
                "name        n  time",
                "a       1,000   3 s",
                "longer      5  12 s");
    }

    @Test
    void refusesARowOfAnotherLength() {
        assertThatThrownBy(() -> new TextTable("a", "b").row("1")).hasMessage("TextTable: a row must have 2 cells (got 1)");
    }
}
