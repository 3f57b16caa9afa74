package dev.sunda.examples.console;

import java.util.ArrayList;
import java.util.List;

/// Rows of text with aligned columns: the first column to the left, the others to the right, as numbers are.
public final class TextTable {
    private static final String GAP = "  ";

    private final List<String[]> rows = new ArrayList<>();
    private final int columns;

    /// @param header titles of the columns
    public TextTable(String... header) {
        columns = header.length;
        row(header);
    }

    /// Adds a row.
    ///
    /// @param cells one for each column
    public void row(String... cells) {
        if (cells.length != columns)
            throw new IllegalArgumentException("TextTable: a row must have " + columns + " cells (got " + cells.length + ")");
        rows.add(cells.clone());
    }

    /// The lines, the first one the header, without blanks at their ends.
    public List<String> lines() {
        int[] width = new int[columns];
        for (String[] row : rows)
            for (int c = 0; c < columns; c++)
                width[c] = Math.max(width[c], row[c].length());
        var lines = new ArrayList<String>();
        for (String[] row : rows) {
            var line = new StringBuilder();
            for (int c = 0; c < columns; c++) {
                String fill = " ".repeat(width[c] - row[c].length());
                line.append(c == 0 ? row[c] + fill : GAP + fill + row[c]);
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }
}
