package dev.sunda.cuda.kernel;

import dev.sunda.core.op.AxisMap;
import dev.sunda.core.type.DType;
import dev.sunda.cuda.memory.DeviceStorage;
import dev.sunda.cuda.memory.Transfers;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.WeakHashMap;

/// Taps of maps in the memory of a device. Maps with the same taps share a table, also those made anew in every step; the ones not used for
/// the longest time make room for others.
final class MapTables {
    private static final int MOST_WORDS = 8 << 20;

    private final Gpu gpu;
    private final Uploads uploads;
    private final LinkedHashMap<Taps, DeviceStorage> tables = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<AxisMap, Taps> known = new WeakHashMap<>();    // maps are told apart by identity; the types take turns
    private long words;

    MapTables(Gpu gpu, Transfers transfers) {
        this.gpu = gpu;
        uploads = new Uploads(gpu, transfers);
    }

    /// What is uploaded: the weights, in one or two words each, `start`, and `index`.
    ///
    /// @param hash of the words, which are many
    private record Taps(int[] words, DType dtype, int hash) {
        static Taps of(AxisMap map, DType dtype) {
            int perWeight = dtype.bytes() / 4;
            int taps = map.taps();
            var words = new int[perWeight * taps + map.out() + 1 + taps];
            for (int t = 0; t < taps; t++) {
                if (perWeight == 1) {
                    words[t] = Float.floatToRawIntBits((float) map.weight(t));
                } else {
                    long bits = Double.doubleToRawLongBits(map.weight(t));
                    words[2 * t] = (int) bits;
                    words[2 * t + 1] = (int) (bits >> 32);
                }
                words[words.length - taps + t] = map.index(t);
            }
            for (int i = 0; i <= map.out(); i++)
                words[perWeight * taps + i] = map.start(i);
            return new Taps(words, dtype, 31 * Arrays.hashCode(words) + dtype.ordinal());
        }

        @Override
        public boolean equals(Object other) {
            return this == other || other instanceof Taps t && dtype == t.dtype && Arrays.equals(words, t.words);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    /// The taps on the device: weights of a floating type, and places. They stay for as long as somebody refers to them.
    DeviceStorage table(AxisMap map, DType dtype) {
        Taps taps = taps(map, dtype);
        DeviceStorage there = there(taps);
        DeviceStorage table = there != null ? there : uploads.upload(taps.words);
        if (there == null && !gpu.isRecording())
            put(taps, table);
        return table;
    }

    private synchronized Taps taps(AxisMap map, DType dtype) {
        Taps taps = known.get(map);
        if (taps == null || taps.dtype != dtype) {
            taps = Taps.of(map, dtype);
            known.put(map, taps);
        }
        return taps;
    }

    private synchronized DeviceStorage there(Taps taps) {
        return tables.get(taps);
    }

    private synchronized void put(Taps taps, DeviceStorage table) {
        if (tables.putIfAbsent(taps, table) == null)
            words += taps.words.length;
        while (words > MOST_WORDS)
            words -= tables.pollFirstEntry().getKey().words.length;
    }

    /// `struct Map` of axis_map.cu.
    ///
    /// @param map has results
    /// @param table from [#table]
    static int[] struct(AxisMap map, DType dtype, DeviceStorage table) {
        long weight = table.address();
        long start = weight + (long) dtype.bytes() * map.taps();
        long index = start + 4L * (map.out() + 1);
        int[] divisor = Divisor.struct(map.out());
        return new int[] {(int) weight, (int) (weight >> 32), (int) start, (int) (start >> 32), (int) index, (int) (index >> 32), map.in(),
            divisor[0], divisor[1], divisor[2], 0, 0};
    }
}
