package dev.sunda.examples.mnist;

import dev.sunda.examples.console.TextTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// How often images of each class were taken for each class.
public final class ConfusionMatrix {
    private final List<String> classes;
    private final int[][] counts;                     // counts[truth][answer]

    /// @param classes names of the classes
    public ConfusionMatrix(List<String> classes) {
        this.classes = List.copyOf(classes);
        this.counts = new int[classes.size()][classes.size()];
    }

    /// A pair of classes and how many images of the first were taken for the second.
    public record Confusion(String truth, String answer, int count) {
    }

    /// Counts one answer.
    ///
    /// @param truth  number of the image's class
    /// @param answer number of the class the network gave
    public void add(int truth, int answer) {
        counts[truth][answer]++;
    }

    /// Images counted.
    public int total() {
        int total = 0;
        for (int[] row : counts)
            for (int n : row)
                total += n;
        return total;
    }

    /// Images that were given their own class.
    public int correct() {
        int correct = 0;
        for (int k = 0; k < counts.length; k++)
            correct += counts[k][k];
        return correct;
    }

    /// Share of right answers, 0 to 1; NaN before the first one.
    public double accuracy() {
        return (double) correct() / total();
    }

    /// Rows are true classes, columns the network's answers.
    public int[][] counts() {
        int[][] copy = new int[counts.length][];
        for (int k = 0; k < copy.length; k++)
            copy[k] = counts[k].clone();
        return copy;
    }

    /// The most frequent mistakes, the most frequent one first; equals in the order of the classes.
    ///
    /// @param most how many at most
    public List<Confusion> mostConfused(int most) {
        var found = new ArrayList<Confusion>();
        for (int truth = 0; truth < counts.length; truth++)
            for (int answer = 0; answer < counts.length; answer++)
                if (truth != answer && counts[truth][answer] > 0)
                    found.add(new Confusion(classes.get(truth), classes.get(answer), counts[truth][answer]));
        found.sort(Comparator.comparingInt(Confusion::count).reversed());
        return List.copyOf(found.subList(0, Math.min(most, found.size())));
    }

    /// The table, then a line with the most frequent mistakes. A dot stands for 0.
    public List<String> lines() {
        String[] header = new String[counts.length + 2];
        header[0] = "true \\ answer";
        for (int k = 0; k < counts.length; k++)
            header[k + 1] = classes.get(k);
        header[counts.length + 1] = "right";
        var table = new TextTable(header);
        for (int truth = 0; truth < counts.length; truth++) {
            String[] row = new String[counts.length + 2];
            row[0] = classes.get(truth);
            int all = 0;
            for (int answer = 0; answer < counts.length; answer++) {
                all += counts[truth][answer];
                row[answer + 1] = counts[truth][answer] == 0 ? "." : Integer.toString(counts[truth][answer]);
            }
            row[counts.length + 1] = all == 0 ? "-" : String.format(Locale.ROOT, "%.2f %%", 100.0 * counts[truth][truth] / all);
            table.row(row);
        }
        var lines = new ArrayList<>(table.lines());
        lines.add(mistakes());
        return lines;
    }

    private String mistakes() {
        var pairs = mostConfused(5).stream().map(c -> c.truth() + " as " + c.answer() + " (" + c.count() + ")").toList();
        return pairs.isEmpty() ? "no mistakes" : "most confused: " + String.join(", ", pairs);
    }
}
