package dev.sunda.core.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Both twins find the place that the definition names, among numbers of all kinds.
class LimitSearchProperties {
    private static final float[] SPECIAL = {Float.NaN, 0f, -0f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MIN_VALUE};

    @Property
    void twinsFindTheFirst(@ForAll @IntRange(max = 70) int n, @ForAll @IntRange(max = 5) int from, @ForAll @IntRange(max = 6) int limitKind,
            @ForAll @IntRange(max = 2) int commonness, @ForAll long seed) {
        var random = new Random(seed);
        float limit = limitKind < SPECIAL.length ? SPECIAL[limitKind] : random.nextFloat();
        int share = new int[] {1, 10, 1000}[commonness];
        var low = new float[from + n + 20];
        var high = new float[low.length];
        for (int i = 0; i < low.length; i++) {
            boolean special = random.nextInt(share) == 0;
            float any = special ? SPECIAL[random.nextInt(SPECIAL.length)] : 2 + random.nextFloat();
            low[i] = any;
            high[i] = -any;
        }
        int below = from;
        while (below < from + n && low[below] >= limit)
            below++;
        int above = from;
        while (above < from + n && high[above] <= limit)
            above++;
        for (LimitSearch search : new LimitSearch[] {new ScalarLimitSearch(), new SimdLimitSearch()}) {
            assertThat(search.below(low, from, from + n, limit)).isEqualTo(below);
            assertThat(search.above(high, from, from + n, limit)).isEqualTo(above);
        }
    }
}
