package dev.sunda.examples;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/// Runs the command line inside the tests.
///
/// @param status exit status
/// @param out    what went to standard output
/// @param err    what went to standard error
record Cli(int status, String out, String err) {
    static Cli run(Object... words) {
        var out = new StringWriter();
        var err = new StringWriter();
        String[] args = new String[words.length];
        for (int i = 0; i < args.length; i++)
            args[i] = words[i].toString();
        int status = Sunda.run(new PrintWriter(out), new PrintWriter(err), args);
        return new Cli(status, out.toString(), err.toString());
    }

    List<String> outLines() {
        return out.lines().toList();
    }

    String lastLine() {
        return outLines().getLast();
    }
}
