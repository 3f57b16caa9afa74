package dev.sunda.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the log of the compiler (`-XX:+PrintCompilation`) holds against a start: methods it gave up on for good, and methods it optimised
/// and threw away so often that they were never done.
final class CompilerLog {
    private static final Pattern GAVE_UP =
            Pattern.compile("(\\S+::\\S+).*(COMPILE SKIPPED: .*(?:out of virtual registers|not retryable).*)");
    private static final Pattern THROWN_AWAY = Pattern.compile("\\b4 +(dev\\.sunda\\.\\S+::\\S+) .*made not entrant");
    private static final int OFTEN = 10;

    private CompilerLog() {
    }

    /// One line for each method.
    static List<String> complaints(String log) {
        var complaints = new ArrayList<String>();
        Map<String, Integer> thrownAway = new TreeMap<>();
        log.lines().forEach(line -> {
            Matcher gaveUp = GAVE_UP.matcher(line);
            if (gaveUp.find())
                complaints.add(gaveUp.group(1) + " " + gaveUp.group(2));
            Matcher dropped = THROWN_AWAY.matcher(line);
            if (dropped.find())
                thrownAway.merge(dropped.group(1), 1, Integer::sum);
        });
        thrownAway.forEach((method, times) -> {
            if (times >= OFTEN)
                complaints.add(method + " was optimised and thrown away " + OFTEN + " times and more");
        });
        return complaints;
    }
}
