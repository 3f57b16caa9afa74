package dev.sunda.core.cpu;

import java.lang.System.Logger.Level;

/// Whether the kernels of this process use SIMD instructions, decided once. Both paths give the same bits.
///
/// The logger `dev.sunda.core` gets one line about it: a warning if the module is absent, which costs much speed and is easily mended;
/// otherwise a debug message.
///
/// Bits are the same on both paths because every multiply-add of sums and products is fused, in vectors and through [Math#fma] alike.
/// A processor without such an instruction (x86 before 2013) gives the same results, but Java then computes each one with
/// `BigDecimal`, hundreds of times slower: Sunda runs there but is of no use for training.
final class VectorPath {
    private static final String MODULE = "jdk.incubator.vector";
    private static final boolean PRESENT = isReadable();
    private static final boolean ON = PRESENT && !"off".equals(System.getProperty("sunda.simd"));

    static {
        System.getLogger("dev.sunda.core").log(PRESENT ? Level.DEBUG : Level.WARNING, description());
    }

    private VectorPath() {
    }

    /// True if kernels may use the `Simd...` classes.
    static boolean isSimd() {
        return ON;
    }

    /// One line for people: the path and, if it is the slow one, why and what helps.
    static String description() {
        if (ON)
            return "CPU kernels: SIMD, " + SimdSpecies.lanes() + " float lanes";
        return "CPU kernels: scalar, because " + (PRESENT ? "sunda.simd=off"
                : "module " + MODULE + " is absent; start Java with --add-modules " + MODULE);
    }

    private static boolean isReadable() {
        return ModuleLayer.boot().findModule(MODULE).map(VectorPath.class.getModule()::canRead).orElse(false);
    }
}
