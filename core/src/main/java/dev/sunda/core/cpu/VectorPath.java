package dev.sunda.core.cpu;

import java.lang.System.Logger.Level;

/// Whether the kernels of this process use SIMD instructions, decided once. Both paths give the same bits.
final class VectorPath {
    private static final String MODULE = "jdk.incubator.vector";
    private static final boolean PRESENT = isReadable();
    private static final boolean ON = PRESENT && !"off".equals(System.getProperty("sunda.simd"));

    static {
        if (!PRESENT)
            System.getLogger("dev.sunda.core").log(Level.WARNING, description());
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
