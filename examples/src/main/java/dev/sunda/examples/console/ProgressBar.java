package dev.sunda.examples.console;

import java.io.PrintWriter;
import java.util.function.Supplier;

/// Shows how far a long task has come: on a terminal a bar that is drawn over itself, elsewhere a plain line every quarter.
public final class ProgressBar {
    private static final int WIDTH = 79;
    private static final long REDRAW_NANOS = 100_000_000;
    private static final int PLAIN_PARTS = 4;

    private final PrintWriter out;
    private final boolean terminal;
    private long drawn;
    private int shown;
    private int lastPart;

    /// @param terminal whether the output can be drawn over
    public ProgressBar(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /// True if standard output goes to a person: then lines may be drawn over.
    public static boolean onTerminal() {
        return System.console() != null && System.console().isTerminal();
    }

    /// Tells where the task is. Draws at most ten times a second.
    ///
    /// @param label  before the bar
    /// @param done   steps done of this part
    /// @param total  steps of this part
    /// @param detail after the bar; asked for only where it is shown
    public void update(String label, int done, int total, Supplier<String> detail) {
        if (terminal)
            draw(label, done, total, detail);
        else
            plain(label, done, total, detail);
    }

    private void draw(String label, int done, int total, Supplier<String> detail) {
        long now = System.nanoTime();
        if (shown > 0 && done < total && now - drawn < REDRAW_NANOS)
            return;
        drawn = now;
        String text = bar(label, done, total, detail.get());
        out.print("\r" + text + " ".repeat(Math.max(0, shown - text.length())));
        out.flush();
        shown = text.length();
    }

    /// One line of at most 79 characters; the bar takes what the texts leave.
    static String bar(String label, int done, int total, String detail) {
        String count = count(done, total);
        int room = WIDTH - label.length() - count.length() - detail.length() - 8;
        if (room < 5)
            return label + "  " + count + "  " + detail;
        int filled = (int) ((long) room * done / total);
        String arrow = filled == 0 ? "" : "=".repeat(filled - 1) + (done < total ? ">" : "=");
        return label + "  [" + arrow + " ".repeat(room - filled) + "]  " + count + "  " + detail;
    }

    private static String count(int done, int total) {
        String all = Integer.toString(total);
        String part = Integer.toString(done);
        return " ".repeat(Math.max(0, all.length() - part.length())) + part + "/" + all;
    }

    private void plain(String label, int done, int total, Supplier<String> detail) {
        int part = (int) ((long) PLAIN_PARTS * done / total);
        if (part > lastPart && done < total)
            out.println(label + "  " + count(done, total) + "  " + detail.get());
        lastPart = done < total ? part : 0;
    }

    /// Takes the bar away, so that other text can be printed where it stood.
    public void clear() {
        if (shown > 0) {
            out.print("\r" + " ".repeat(shown) + "\r");
            out.flush();
        }
        shown = 0;
        lastPart = 0;
    }
}
