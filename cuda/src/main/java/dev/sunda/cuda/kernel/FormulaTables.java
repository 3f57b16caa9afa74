package dev.sunda.cuda.kernel;

import dev.sunda.core.op.Formula;
import dev.sunda.core.type.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Sets of tensors collected by the kernel that is to change them, each for one launch of many; a table that is full is launched at once.
final class FormulaTables {
    private static final int THREADS = 256;

    private final Gpu gpu;
    private final Map<String, Table> tables = new LinkedHashMap<>();
    private Planned last;

    /// What the last set was: parameters of one network mostly are alike.
    private record Planned(Formula formula, DType dtype, FormulaText.Access access, int[] constants, Table table) {
        boolean fits(Formula formula, DType dtype, FormulaText.Access access) {
            return this.formula == formula && this.dtype == dtype && this.access.isLike(access);
        }
    }

    FormulaTables(Gpu gpu) {
        this.gpu = gpu;
    }

    /// One more set.
    ///
    /// @param order the tensors of the formula by their place in the walk
    /// @param access of runs
    /// @return false if the formula is so long that a launch takes no more than one set
    boolean add(Formula formula, int[] order, DType dtype, FormulaText.Access access, Strided walk) {
        if (last == null || !last.fits(formula, dtype, access)) {
            var text = new FormulaText(formula, order, dtype, access, true);
            if (text.sets() == 1)
                return false;
            Table table = tables.computeIfAbsent(text.key(), _ -> new Table(text, order.length));
            last = new Planned(formula, dtype, access, Formulas.constants(formula, dtype), table);
        }
        last.table.add(walk, last.constants);
        return true;
    }

    /// Evaluates what has been collected.
    void launch() {
        tables.values().forEach(Table::launch);
    }

    /// The sets of one kernel.
    private final class Table {
        private final FormulaText text;
        private final int tensors;
        private final List<Strided> walks = new ArrayList<>();
        private final List<int[]> constants = new ArrayList<>();
        private final int[] first = new int[FormulaText.MOST_SETS];
        private int blocks;

        Table(FormulaText text, int tensors) {
            this.text = text;
            this.tensors = tensors;
        }

        void add(Strided walk, int[] words) {
            int chunks = Grid.ceil(walk.numel(), UpdateTable.CHUNK);
            if (walks.size() == text.sets() || chunks > Integer.MAX_VALUE - blocks)
                launch();
            first[walks.size()] = blocks;
            walks.add(walk);
            constants.add(words);
            blocks += chunks;
        }

        void launch() {
            if (walks.isEmpty())
                return;
            int perSet = constants.getFirst().length;
            var addresses = new long[tensors * text.sets()];
            var numbers = new int[perSet * text.sets()];
            var counts = new int[text.sets()];
            Arrays.fill(first, walks.size(), first.length, Integer.MAX_VALUE);
            for (int k = 0; k < walks.size(); k++) {
                for (int n = 0; n < tensors; n++)
                    addresses[k * tensors + n] = walks.get(k).address(n);
                System.arraycopy(constants.get(k), 0, numbers, k * perSet, perSet);
                counts[k] = walks.get(k).numel();
            }
            gpu.module(text.key(), text::ptx).kernel(FormulaText.ENTRY).launch(Grid.of(blocks, THREADS), addresses, numbers, counts, first);
            walks.clear();
            constants.clear();
            blocks = 0;
        }
    }
}
