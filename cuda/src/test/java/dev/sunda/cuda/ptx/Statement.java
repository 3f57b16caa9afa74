package dev.sunda.cuda.ptx;

import java.util.List;

/// One statement of a function body.
///
/// @param kind     what it is
/// @param line     its line in the text, from 1
/// @param text     the whole statement, white space collapsed
/// @param guard    the guarding predicate of an instruction, such as `%p1` or `!%p1`; null if there is none
/// @param opcode   the instruction with its modifiers, the first word of a directive, or the name of a label
/// @param operands the operands of an instruction
record Statement(Kind kind, int line, String text, String guard, String opcode, List<String> operands) {
    enum Kind {
        OPEN, CLOSE, LABEL, DIRECTIVE, INSTRUCTION
    }
}
