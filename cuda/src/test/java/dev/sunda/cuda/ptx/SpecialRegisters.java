package dev.sunda.cuda.ptx;

import java.util.List;

/// The special registers of PTX. Clocks stand still at 0; there is one multiprocessor.
final class SpecialRegisters {
    private static final List<String> PLAIN = List.of("%laneid", "%warpid", "%nwarpid", "%smid", "%nsmid", "%gridid", "%clock", "%clock_hi",
            "%clock64", "%globaltimer", "%globaltimer_lo", "%globaltimer_hi", "%lanemask_eq", "%lanemask_lt", "%lanemask_le",
            "%lanemask_gt",
            "%lanemask_ge", "%dynamic_smem_size", "%total_smem_size");
    private static final List<String> TRIPLES = List.of("%tid", "%ntid", "%ctaid", "%nctaid");

    private SpecialRegisters() {
    }

    static boolean is(String name) {
        int dot = name.indexOf('.');
        return PLAIN.contains(name) || dot > 0 && TRIPLES.contains(name.substring(0, dot)) && "xyz".contains(name.substring(dot + 1));
    }

    /// The value in a lane of a warp, but for `%ctaid`, which the warp sets itself when a block starts.
    static long value(String name, Launch launch, int warp, int lane) {
        int thread = 32 * warp + lane;
        int[] block = launch.block;
        return switch (name) {
            case "%tid.x" -> thread % block[0];
            case "%tid.y" -> thread / block[0] % block[1];
            case "%tid.z" -> thread / block[0] / block[1];
            case "%ntid.x" -> block[0];
            case "%ntid.y" -> block[1];
            case "%ntid.z" -> block[2];
            case "%nctaid.x" -> launch.grid[0];
            case "%nctaid.y" -> launch.grid[1];
            case "%nctaid.z" -> launch.grid[2];
            case "%laneid" -> lane;
            case "%warpid" -> warp;
            case "%nwarpid" -> 32;
            case "%nsmid" -> 1;
            case "%lanemask_eq" -> 1L << lane;
            case "%lanemask_lt" -> (1L << lane) - 1;
            case "%lanemask_le" -> (2L << lane) - 1;
            case "%lanemask_gt" -> -(2L << lane) & 0xffffffffL;
            case "%lanemask_ge" -> -(1L << lane) & 0xffffffffL;
            case "%dynamic_smem_size" -> launch.dynamicSharedBytes;
            case "%total_smem_size" -> launch.sharedBytes;
            default -> 0;
        };
    }
}
