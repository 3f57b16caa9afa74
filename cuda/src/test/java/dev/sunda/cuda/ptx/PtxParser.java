package dev.sunda.cuda.ptx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.sunda.cuda.ptx.Statement.Kind;

/// Reads PTX text into functions of statements and variables. Knows the grammar alone; what an instruction means is the decoder's business.
final class PtxParser {
    private static final List<String> LINKAGE = List.of(".visible", ".extern", ".weak", ".common");
    private static final List<String> TO_END_OF_LINE = List.of(".version", ".target", ".address_size", ".file", ".loc");

    private final String text;
    private int pos;
    private int line = 1;
    private final Map<String, PtxFunction> kernels = new LinkedHashMap<>();
    private final Map<String, PtxFunction> functions = new LinkedHashMap<>();
    private final Map<String, PtxModule.Global> globals = new LinkedHashMap<>();
    private final Map<String, PtxModule.Variable> shared = new LinkedHashMap<>();

    PtxParser(String text) {
        this.text = text;
    }

    PtxModule module() {
        skipSpace();
        while (pos < text.length()) {
            declaration();
            skipSpace();
        }
        return new PtxModule(kernels, functions, globals, shared);
    }

    private void declaration() {
        String word = peekWord();
        if (TO_END_OF_LINE.contains(word)) {
            skipLine();
            return;
        }
        while (LINKAGE.contains(word)) {
            pos += word.length();
            skipSpace();
            word = peekWord();
        }
        switch (word) {
            case ".entry", ".func" -> function(word);
            case ".global", ".const", ".shared" -> variable(until(";"));
            default -> throw error("unexpected " + word);
        }
    }

    private void function(String word) {
        pos += word.length();
        String header = until(";{");
        boolean declared = text.charAt(pos - 1) == ';';
        List<String> lists = new ArrayList<>();
        StringBuilder rest = new StringBuilder();
        splitParentheses(header, lists, rest);
        String[] words = rest.toString().trim().split("\\s+");
        boolean returns = word.equals(".func") && header.trim().startsWith("(");
        List<PtxFunction.Formal> results = returns ? formals(lists.get(0)) : List.of();
        List<PtxFunction.Formal> parameters = lists.size() > (returns ? 1 : 0) ? formals(lists.getLast()) : List.of();
        if (declared) {
            return;
        }
        PtxFunction function = new PtxFunction(words[0], results, parameters, maxThreads(rest.toString()), body());
        (word.equals(".entry") ? kernels : functions).put(words[0], function);
    }

    private static void splitParentheses(String header, List<String> lists, StringBuilder rest) {
        int from = 0;
        for (int open = header.indexOf('('); open >= 0; open = header.indexOf('(', from)) {
            int close = header.indexOf(')', open);
            rest.append(header, from, open).append(' ');
            lists.add(header.substring(open + 1, close).trim());
            from = close + 1;
        }
        rest.append(header.substring(from));
    }

    private static int maxThreads(String header) {
        for (String directive : List.of(".maxntid", ".reqntid")) {
            int at = header.indexOf(directive);
            if (at >= 0) {
                int product = 1;
                for (String size : header.substring(at + directive.length()).split("\\.", 2)[0].split(",")) {
                    product *= Integer.parseInt(size.trim());
                }
                return product;
            }
        }
        return 1024;
    }

    private List<PtxFunction.Formal> formals(String list) {
        List<PtxFunction.Formal> result = new ArrayList<>();
        for (String one : list.isBlank() ? new String[0] : list.split(",")) {
            Declared d = declared(one);
            result.add(new PtxFunction.Formal(d.name, d.type.toString(), d.bytes, d.alignment));
        }
        return result;
    }

    /// A variable as declared: `.space .align n .type name[count]`.
    ///
    /// @param initialiser the text after `=`, null if there is none
    record Declared(String space, PtxType type, String name, int bytes, int alignment, String initialiser) {
    }

    static Declared declared(String declaration) {
        String[] sides = declaration.split("=", 2);
        String space = "";
        PtxType type = null;
        int alignment = 0;
        String name = null;
        int count = 1;
        String[] words = sides[0].trim().replaceAll("\\s*\\[\\s*", "[").replaceAll("\\s*\\]", "]").split("\\s+");
        for (int i = 0; i < words.length; i++) {
            String word = words[i];
            if (word.equals(".align")) {
                alignment = Integer.parseInt(words[++i]);
            } else if (word.startsWith(".") && PtxType.of(word.substring(1)) != null) {
                type = PtxType.of(word.substring(1));
            } else if (word.equals(".ptr")) {
                i += words[i + 1].startsWith(".align") ? 0 : 1;
            } else if (word.startsWith(".")) {
                space = LINKAGE.contains(word) ? space : word;
            } else {
                int bracket = word.indexOf('[');
                name = bracket < 0 ? word : word.substring(0, bracket);
                for (int at = bracket; at >= 0; at = word.indexOf('[', at + 1)) {
                    String size = word.substring(at + 1, word.indexOf(']', at));
                    count *= size.isEmpty() ? 0 : Integer.parseInt(size);
                }
            }
        }
        if (type == null || name == null) {
            throw new DeviceFault("not a declaration: " + declaration);
        }
        return new Declared(space, type, name, count * type.bytes(), Math.max(alignment, type.bytes()),
                sides.length == 1 ? null : sides[1]);
    }

    private void variable(String declaration) {
        Declared d = declared(declaration);
        if (d.space.equals(".shared")) {
            shared.put(d.name, new PtxModule.Variable(d.name, d.bytes, d.alignment));
        } else {
            globals.put(d.name, new PtxModule.Global(d.name, d.bytes, d.alignment, d.space.equals(".const"), initialBytes(d)));
        }
    }

    private byte[] initialBytes(Declared d) {
        ByteBuffer bytes = ByteBuffer.allocate(d.bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (d.initialiser != null) {
            for (String value : d.initialiser.replaceAll("[{}]", " ").split(",")) {
                if (!value.isBlank()) {
                    put(bytes, d.type, value.trim());
                }
            }
        }
        return bytes.array();
    }

    private void put(ByteBuffer bytes, PtxType type, String value) {
        if (!Immediate.is(value)) {
            throw error("an initial value that is an address is not known here: " + value);
        }
        long bits = Immediate.bits(value, type);
        for (int i = 0; i < type.bytes(); i++) {
            bytes.put((byte) (bits >>> 8 * i));
        }
    }

    private List<Statement> body() {
        List<Statement> result = new ArrayList<>();
        int depth = 1;
        while (true) {
            skipSpace();
            char c = text.charAt(pos);
            if (c == '{' || c == '}') {
                pos++;
                depth += c == '{' ? 1 : -1;
                if (depth == 0) {
                    return result;
                }
                result.add(new Statement(c == '{' ? Kind.OPEN : Kind.CLOSE, line, String.valueOf(c), null, "", List.of()));
            } else {
                statement(result);
            }
        }
    }

    private void statement(List<Statement> into) {
        int at = line;
        int end = pos;
        while (end < text.length() && isNameCharacter(text.charAt(end))) {
            end++;
        }
        int colon = end;
        while (colon < text.length() && Character.isWhitespace(text.charAt(colon))) {
            colon++;
        }
        if (end > pos && text.charAt(colon) == ':') {
            String label = text.substring(pos, end);
            advance(colon + 1);
            into.add(new Statement(Kind.LABEL, at, label + ":", null, label, List.of()));
        } else if (text.charAt(pos) == '.') {
            String word = peekWord();
            if (TO_END_OF_LINE.contains(word)) {
                skipLine();
                return;
            }
            String directive = collapse(until(";"));
            into.add(new Statement(Kind.DIRECTIVE, at, directive, null, word, List.of()));
        } else {
            into.add(instruction(collapse(until(";")), at));
        }
    }

    private static boolean isNameCharacter(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c == '%';
    }

    private static Statement instruction(String whole, int line) {
        String rest = whole;
        String guard = null;
        if (rest.startsWith("@")) {
            int space = rest.indexOf(' ');
            guard = rest.substring(1, space);
            rest = rest.substring(space + 1);
        }
        int space = rest.indexOf(' ');
        String opcode = space < 0 ? rest : rest.substring(0, space);
        List<String> operands = space < 0 ? List.of() : split(rest.substring(space + 1));
        return new Statement(Kind.INSTRUCTION, line, whole, guard, opcode, operands);
    }

    /// Splits at the commas outside brackets.
    static List<String> split(String list) {
        List<String> result = new ArrayList<>();
        int depth = 0;
        int from = 0;
        for (int i = 0; i <= list.length(); i++) {
            char c = i < list.length() ? list.charAt(i) : ',';
            if (c == '{' || c == '[' || c == '(') {
                depth++;
            } else if (c == '}' || c == ']' || c == ')') {
                depth--;
            } else if (c == ',' && (depth == 0 || i == list.length())) {
                String operand = list.substring(from, i).trim();
                if (!operand.isEmpty()) {
                    result.add(operand);
                }
                from = i + 1;
            }
        }
        return result;
    }

    private static String collapse(String s) {
        return String.join(" ", Arrays.asList(s.trim().split("\\s+")));
    }

    private String peekWord() {
        int end = pos;
        while (end < text.length() && !Character.isWhitespace(text.charAt(end)) && "({;,".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return text.substring(pos, end);
    }

    /// The text up to one of the characters, which is consumed too. Comments become a space.
    private String until(String stops) {
        StringBuilder result = new StringBuilder();
        while (pos < text.length()) {
            if (skipComment()) {
                result.append(' ');
                continue;
            }
            char c = text.charAt(pos);
            advance(pos + 1);
            if (stops.indexOf(c) >= 0) {
                return result.toString();
            }
            result.append(c);
        }
        throw error("the text ends in the middle of a statement");
    }

    private void skipSpace() {
        while (pos < text.length() && (Character.isWhitespace(text.charAt(pos)) || text.charAt(pos) == '/')) {
            if (!skipComment()) {
                advance(pos + 1);
            }
        }
    }

    private boolean skipComment() {
        if (text.startsWith("//", pos)) {
            skipLine();
            return true;
        }
        if (text.startsWith("/*", pos)) {
            advance(text.indexOf("*/", pos) + 2);
            return true;
        }
        return false;
    }

    private void skipLine() {
        int end = text.indexOf('\n', pos);
        advance(end < 0 ? text.length() : end + 1);
    }

    private void advance(int to) {
        for (; pos < to; pos++) {
            if (text.charAt(pos) == '\n') {
                line++;
            }
        }
    }

    private DeviceFault error(String problem) {
        return new DeviceFault("PTX line " + line + ": " + problem);
    }
}
