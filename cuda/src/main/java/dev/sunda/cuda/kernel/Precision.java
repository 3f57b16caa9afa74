package dev.sunda.cuda.kernel;

/// How exactly products of float32 matrices are computed.
enum Precision {
    /// Every product and every sum is one of float32: what the CPU computes.
    FLOAT32("float32"),
    /// Operands are rounded to TF32, which keeps 10 of 23 bits of the fraction, and multiplied on tensor cores; sums stay float32. Several
    /// times faster on GPUs that can, from compute capability 8.0 on; others compute float32. Products with few rows or columns, which wait
    /// for memory, stay float32 everywhere.
    TF32("tf32");

    private static final String PROPERTY = "sunda.cuda.matmul";

    private final String text;

    Precision(String text) {
        this.text = text;
    }

    /// What `-Dsunda.cuda.matmul=tf32` asks for; float32 unless somebody asks.
    static Precision chosen() {
        return of(System.getProperty(PROPERTY, FLOAT32.text));
    }

    static Precision of(String text) {
        for (Precision precision : values())
            if (precision.text.equals(text))
                return precision;
        throw new IllegalArgumentException("-D" + PROPERTY + ": must be float32 or tf32 (got " + text + ")");
    }
}
