package dev.sunda.cuda.kernel;

/// How exactly the factors of matrix products and convolutions of float32 are taken. Sums are float32 in any case, and so are numbers in
/// memory.
///
/// Less than float32 is computed on tensor cores, whose peak rate is several times higher, on GPUs that have them for such numbers: from
/// compute capability 8.0 on; others compute float32. Everywhere float32 stay what waits for memory, not for arithmetic (products with few
/// rows or columns, convolutions of single channels or very few), products too small for the tiles of the tensor cores, and large
/// transposes of convolutions whose strides are much larger than their kernels. Which way is taken depends on sizes and strides alone.
public enum Precision {
    /// Every product and every sum is one of float32: what the CPU computes.
    FLOAT32("float32"),
    /// Factors are rounded to TF32: 10 of 23 bits of the fraction, to nearest, ties away from zero.
    TF32("tf32"),
    /// Factors are rounded to bfloat16: 7 bits of the fraction, to nearest, ties to even.
    BF16("bf16");

    private static final String PRODUCTS = "sunda.cuda.matmul";
    private static final String CONVOLUTIONS = "sunda.cuda.conv";
    /// From this generation of GPUs on tensor cores take these numbers.
    private static final int TENSOR_GENERATION = 8;

    private final String text;

    Precision(String text) {
        this.text = text;
    }

    /// What `-Dsunda.cuda.matmul` asks for; float32 unless somebody asks.
    static Precision ofProducts() {
        return asked(PRODUCTS);
    }

    /// What `-Dsunda.cuda.conv` asks for; float32 unless somebody asks.
    static Precision ofConvolutions() {
        return asked(CONVOLUTIONS);
    }

    private static Precision asked(String property) {
        String asked = System.getProperty(property, FLOAT32.text);
        for (Precision precision : values())
            if (precision.text.equals(asked))
                return precision;
        throw new IllegalArgumentException("-D" + property + ": must be float32, tf32 or bf16 (got " + asked + ")");
    }

    /// What a device makes of it.
    Precision on(Gpu gpu) {
        return gpu.generation() >= TENSOR_GENERATION ? this : FLOAT32;
    }

    /// What is asked for, as the end of a device's description: nothing if it is float32.
    ///
    /// @param generation first number of the device's compute capability
    /// @throws IllegalArgumentException if an option has another value
    public static String remark(int generation) {
        return remark("matrix products", PRODUCTS, generation) + remark("convolutions", CONVOLUTIONS, generation);
    }

    private static String remark(String what, String property, int generation) {
        Precision asked = asked(property);
        if (asked == FLOAT32)
            return "";
        return generation >= TENSOR_GENERATION ? ", " + what + " in " + asked
                : ", -D" + property + "=" + asked + " has no effect below compute capability " + TENSOR_GENERATION + ".0";
    }

    @Override
    public String toString() {
        return text;
    }
}
