package dev.sunda.core.cpu;

import java.util.Arrays;

/// The order in which the rows of one phase of a depthwise convolution are computed. Positions of a row that see the same columns of taps
/// form a run. Rows that see all lines of taps are taken four at a time, as far apart as the taps, so that they share what they read.
/// In other rows it is positions that are taken four at a time where they see all columns, and the rest comes one by one. A tap that
/// sees no pixel takes no part.
///
/// @param phase positions, on a grid that is even along every axis
/// @param channels of the image
/// @param order the taps of the phase as they look at pixels, by number: planes, in them columns, in them lines; if positions are taken
///        together, all once more with lines of which each has its columns
/// @param sees what these taps see at position 0, in elements from the first pixel on, whether there is a pixel or not
/// @param lines the lines of taps, as they look at pixels
/// @param depths the planes of taps, likewise
/// @param runs of a row
/// @param period places after which weights repeat
/// @param flat whether positions of a run lie side by side in the source and in the result, as places of one long row
/// @param upright whether rows are taken together
/// @param across whether positions of a row are
record DepthwiseWalk(GemmPhase phase, int channels, int[] order, int[] sees, int[] lines, int[] depths, Run[] runs, int period,
        boolean flat, boolean upright, boolean across) {
    /// Places side by side share weights only if these fit the first cache several times.
    private static final int LONGEST_PERIOD = 4096;
    /// Places that fill a vector of any width.
    private static final int WHOLE = 16;
    /// Places that pay for a loop of their own.
    private static final int SHORTEST_ROW = 64;

    /// Positions `from` to `to - 1` of a row, which see the columns of taps `first` to `end - 1`.
    record Run(int from, int to, int first, int end) {
    }

    /// Taps of a plane that are evenly spaced along both axes, column by column.
    ///
    /// @param columns how many columns
    /// @param next elements from column to column
    /// @param taps taps of a column
    /// @param line elements from tap to tap
    /// @param first the number in a cell that belongs to the first tap of the first column; those of a column follow each other
    /// @param stride from a column's first number to the next column's
    record Box(int columns, int next, int taps, int line, int first, int stride) {
    }

    /// Any taps.
    ///
    /// @param count how many entries of the arrays count
    /// @param from what the first place of a row sees, relative to the source's first element
    /// @param number the number in a cell that belongs to the tap
    record Taps(int count, int[] from, int[] number) {
    }

    /// What is done with the rows. Sources and results are counted in elements from the first image on; `n` are places of a row.
    interface Visitor {
        /// Four rows of results, `line` elements apart; the first tap of the box has number `box.first()`.
        ///
        /// @param fresh whether no earlier box belongs to the same results
        void four(int source, Box box, boolean fresh, int result, int line, int n);

        /// `rows` rows, with all taps that see a pixel.
        void rows(Taps taps, int result, int rows, int n);
    }

    /// @param shortest places after which those that lie side by side share weights, at least
    static DepthwiseWalk of(GemmPhase phase, int channels, int shortest) {
        var grid = phase.grid();
        boolean flat = grid.width().step() == 1 && phase.every()[2] == 1 && period(channels, true) <= LONGEST_PERIOD;
        int period = period(channels, flat);
        boolean across = flat && grid.width().kernel() > 2 && (long) next(grid.width()) * channels >= SHORTEST_ROW;
        boolean upright = flat && grid.height().step() == 1 && grid.height().kernel() > 2;
        int[] order = order(grid, across);
        return new DepthwiseWalk(phase, channels, order, sees(grid, order, channels), grid.height().ascending(), grid.depth().ascending(),
                runs(grid.width()), flat ? Math.ceilDiv(shortest, period) * period : period, flat, upright, across);
    }

    private static int[] order(Im2colGrid grid, boolean across) {
        int[] order = new int[across ? 2 * grid.taps() : grid.taps()];
        int t = 0;
        for (int z : grid.depth().ascending())
            for (int x : grid.width().ascending())
                for (int y : grid.height().ascending())
                    order[t++] = (z * grid.height().kernel() + y) * grid.width().kernel() + x;
        for (int z : grid.depth().ascending())
            for (int y : grid.height().ascending())
                for (int x : grid.width().ascending())
                    if (across)
                        order[t++] = (z * grid.height().kernel() + y) * grid.width().kernel() + x;
        return order;
    }

    private static int[] sees(Im2colGrid grid, int[] order, int channels) {
        int[] sees = new int[order.length];
        for (int number = 0; number < order.length; number++) {
            int kx = order[number] % grid.width().kernel();
            int ky = order[number] / grid.width().kernel() % grid.height().kernel();
            int kz = order[number] / grid.width().kernel() / grid.height().kernel();
            sees[number] = ((grid.depth().origin()[kz] * grid.height().size() + grid.height().origin()[ky]) * grid.width().size()
                    + grid.width().origin()[kx]) * channels;
        }
        return sees;
    }

    /// Distance of neighbouring taps in pixels.
    private static int next(Im2colAxis axis) {
        return axis.kernel() == 1 ? 1 : Math.abs(axis.origin()[1] - axis.origin()[0]);
    }

    private static Run[] runs(Im2colAxis width) {
        int[] lengths = width.runs();
        int[] columns = width.ascending();
        Run[] runs = new Run[(int) Arrays.stream(lengths).filter(n -> n > 0).count()];
        for (int i = 0, p = 0; i < runs.length; p += lengths[p], i++)
            runs[i] = new Run(p, p + lengths[p], first(width, columns, p), end(width, columns, p));
        return runs;
    }

    /// The first of the ascending taps that sees a pixel at position `p`, or the number of taps.
    private static int first(Im2colAxis axis, int[] ascending, int p) {
        int k = 0;
        while (k < ascending.length && axis.at(p, ascending[k]) < 0)
            k++;
        return k;
    }

    /// The tap after the last of the ascending ones that sees a pixel at position `p`; at least [#first].
    private static int end(Im2colAxis axis, int[] ascending, int p) {
        int k = ascending.length;
        int first = first(axis, ascending, p);
        while (k > first && axis.at(p, ascending[k - 1]) < 0)
            k--;
        return k;
    }

    private static int period(int channels, boolean flat) {
        int whole = Math.ceilDiv(channels, WHOLE) * WHOLE;
        if (flat)
            while (whole % channels != 0)
                whole += WHOLE;
        return whole;
    }

    /// Rows of the whole result that belong together: cut there, they share least of what they read.
    int together() {
        return upright ? 4 * next(phase.grid().height()) * phase.every()[1] : 1;
    }

    /// Elements between positions of a run in the source.
    int sourceStep() {
        return phase.grid().width().step() * channels;
    }

    /// Elements between positions of a run in the result.
    int resultStep() {
        return phase.every()[2] * channels;
    }

    /// Visits everything in the rows `from` to `to - 1` of plane `z` of an image of the whole result.
    void visit(int image, int z, int from, int to, Visitor visitor) {
        int plane = z - phase.first()[0];
        if (plane < 0 || plane % phase.every()[0] != 0)
            return;
        int every = phase.every()[1];
        int end = Math.ceilDiv(Math.max(0, to - phase.first()[1]), every);
        new Plane(this, image, plane / phase.every()[0], visitor)
                .rows(Math.ceilDiv(Math.max(0, from - phase.first()[1]), every), Math.min(end, phase.grid().height().positions()));
    }

    /// One plane of an image of the phase.
    private record Plane(DepthwiseWalk walk, int image, int z, Visitor visitor, int[] lines, int firstDepth, int endDepth,
            int[] from, int[] number) {
        Plane(DepthwiseWalk walk, int image, int z, Visitor visitor) {
            this(walk, image, z, visitor, walk.lines, first(walk.phase.grid().depth(), walk.depths, z),
                    end(walk.phase.grid().depth(), walk.depths, z), new int[walk.order.length], new int[walk.order.length]);
        }

        void rows(int from, int to) {
            var height = walk.phase.grid().height();
            int low = from;
            int high = to;
            for (int k : lines) {
                low = Math.max(low, height.first(k));
                high = Math.min(high, height.end(k));
            }
            if (!walk.upright || endDepth == firstDepth || low >= high) {
                each(from, to);
                return;
            }
            each(from, low);
            int apart = next(height);
            int y = low;
            for (; y + 3 * apart < high; y += 4 * apart) {
                int count = Math.min(apart, high - 3 * apart - y);
                for (int f = 0; f < count; f++)
                    four(y + f, apart);
                for (int r = 0; r < 3; r++)
                    each(y + r * apart + count, Math.min(high, y + (r + 1) * apart));
            }
            each(y, high);
            each(high, to);
        }

        /// Row `y` and those one, two and three times `apart` after it.
        private void four(int y, int apart) {
            var grid = walk.phase.grid();
            int pitch = grid.width().size() * walk.channels;
            int line = apart * walk.phase.every()[1] * walk.phase.whole().width().positions() * walk.channels;
            for (var run : walk.runs)
                for (int kz = firstDepth; kz < endDepth; kz++) {
                    int first = (kz * grid.width().kernel() + run.first) * lines.length;
                    var box = new Box(run.end - run.first, next(grid.width()) * walk.channels, lines.length, apart * pitch, first,
                            lines.length);
                    int source = run.first == run.end ? 0 : source(y, run.from) + walk.sees[first];
                    visitor.four(source, box, kz == firstDepth, result(y, run.from), line, (run.to - run.from) * walk.channels);
                }
        }

        /// The rows `from` to `to - 1`, each by itself.
        private void each(int from, int to) {
            var height = walk.phase.grid().height();
            for (int y = from; y < to; y++) {
                int firstLine = first(height, lines, y);
                int endLine = end(height, lines, y);
                for (var run : walk.runs)
                    if (walk.across && run.end - run.first == walk.phase.grid().width().kernel() && endLine > firstLine
                            && endDepth > firstDepth)
                        across(y, firstLine, endLine, run);
                    else
                    single(y, firstLine, endLine, run);
            }
        }

        /// Positions that see all columns of taps.
        private void across(int y, int firstLine, int endLine, Run run) {
            int apart = next(walk.phase.grid().width());
            int p = run.from;
            for (; p + 3 * apart < run.to; p += 4 * apart) {
                int count = Math.min(apart, run.to - 3 * apart - p);
                fourAcross(y, firstLine, endLine, p, count, apart);
                for (int r = 0; r < 3; r++)
                    single(y, firstLine, endLine,
                            new Run(p + r * apart + count, Math.min(run.to, p + (r + 1) * apart), run.first, run.end));
            }
            single(y, firstLine, endLine, new Run(p, run.to, run.first, run.end));
        }

        /// Four times `count` neighbouring positions.
        private void fourAcross(int y, int firstLine, int endLine, int p, int count, int apart) {
            var grid = walk.phase.grid();
            int columns = grid.width().kernel();
            int line = apart * walk.channels;
            int next = next(grid.height()) * grid.width().size() * walk.channels;
            for (int kz = firstDepth; kz < endDepth; kz++) {
                int first = grid.taps() + (kz * lines.length + firstLine) * columns;
                visitor.four(source(y, p) + walk.sees[first], new Box(endLine - firstLine, next, columns, line, first, columns),
                        kz == firstDepth, result(y, p), line, count * walk.channels);
            }
        }

        private void single(int y, int firstLine, int endLine, Run run) {
            int positions = run.to - run.from;
            if (positions <= 0)
                return;
            int columns = walk.phase.grid().width().kernel();
            int source = source(y, run.from);
            int count = 0;
            for (int kz = firstDepth; kz < endDepth; kz++)
                for (int kx = run.first; kx < run.end; kx++)
                    for (int ky = firstLine; ky < endLine; ky++) {
                        int tap = (kz * columns + kx) * lines.length + ky;
                        from[count] = source + walk.sees[tap];
                        number[count++] = tap;
                    }
            visitor.rows(new Taps(count, from, number), result(y, run.from), walk.flat ? 1 : positions,
                    walk.flat ? positions * walk.channels : walk.channels);
        }

        /// What a tap sees at position `p` of row `y` beyond what it sees at position 0 of the first image.
        private int source(int y, int p) {
            var grid = walk.phase.grid();
            int line = (image * grid.depth().size() + z * grid.depth().step()) * grid.height().size() + y * grid.height().step();
            return (line * grid.width().size() + p * grid.width().step()) * walk.channels;
        }

        private int result(int y, int p) {
            var whole = walk.phase.whole();
            int[] first = walk.phase.first();
            int[] every = walk.phase.every();
            int line = (image * whole.depth().positions() + first[0] + z * every[0]) * whole.height().positions() + first[1]
                    + y * every[1];
            return (line * whole.width().positions() + first[2] + p * every[2]) * walk.channels;
        }
    }
}
