package dev.sunda.cuda.kernel;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The device functions of `formula.ptx`, taken apart, so that a kernel that calls some of them carries these and what they need, and the
/// driver compiles no more.
final class FormulaFunctions {
    private static final Pattern NAME = Pattern.compile("^\\s*(?:\\.visible\\s+)?(?:\\.func\\s+(?:\\([^)]*\\)\\s*)?"
            + "|\\.(?:global|const)\\s+(?:\\.align\\s+\\d+\\s+)?\\.\\w+\\s+)(\\w+)");
    private static final Pattern WORD = Pattern.compile("\\w+");
    private static final List<Item> ITEMS = items(KernelModule.text("formula"));

    private FormulaFunctions() {
    }

    /// A function, its declaration, or a variable of the module.
    private record Item(String name, String text) {
    }

    static boolean has(String function) {
        return ITEMS.stream().anyMatch(item -> item.name.equals(function));
    }

    /// What has to stand before a kernel that calls these functions.
    static String text(Collection<String> functions) {
        Set<String> needed = new HashSet<>(functions);
        for (int before = -1; before < needed.size();) {
            before = needed.size();
            for (Item item : ITEMS)
                if (needed.contains(item.name))
                    addWords(item.text, needed);
        }
        var text = new StringBuilder();
        for (Item item : ITEMS)
            if (needed.contains(item.name))
                text.append(item.text).append('\n');
        return text.toString();
    }

    private static void addWords(String text, Set<String> needed) {
        for (Matcher word = WORD.matcher(text); word.find();)
            if (ITEMS.stream().anyMatch(item -> item.name.equals(word.group())))
                needed.add(word.group());
    }

    /// Behind the head, an item ends with the brace that closes its body, or, without one, with a semicolon.
    private static List<Item> items(String ptx) {
        String text = ptx.substring(ptx.indexOf('\n', ptx.indexOf(".address_size")) + 1);
        List<Item> items = new ArrayList<>();
        int start = 0;
        int depth = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            boolean function = depth == 0 && c == '}' && text.substring(start, i).contains(".func");
            if (!function && !(depth == 0 && c == ';'))
                continue;
            String item = text.substring(start, i + 1).strip();
            Matcher name = NAME.matcher(item);
            if (name.find())
                items.add(new Item(name.group(1), item));
            start = i + 1;
        }
        return items;
    }
}
