package dev.sunda.cuda.kernel;

import dev.sunda.core.type.DType;
import dev.sunda.cuda.kernel.AttentionCheck.Mask;
import dev.sunda.cuda.kernel.AttentionCheck.Order;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class AttentionKernelProperties {
    @Property(tries = 20)
    void resultsAndGradientsAgreeWithTheReference(@ForAll boolean single, @ForAll Order order, @ForAll Mask mask, @ForAll boolean causal,
            @ForAll boolean dropout, @ForAll @IntRange(min = 1, max = 2) int heads, @ForAll @IntRange(min = 0, max = 80) int queries,
            @ForAll @IntRange(min = 0, max = 80) int keys, @ForAll @IntRange(min = 1, max = 20) int width,
            @ForAll @IntRange(min = 1, max = 20) int out) {
        int vector = single && (queries + keys) % 2 == 0 ? 4 : 1;    // widths that can be read 16 bytes at a time, or any
        var check = new AttentionCheck(single ? DType.F32 : DType.F64, order, mask, causal, dropout ? 0.3 : 0, 2, heads, queries, keys,
                width * vector, out * vector);
        check.forward().resultsAgree();
        check.backward().gradientsAgree();
    }
}
