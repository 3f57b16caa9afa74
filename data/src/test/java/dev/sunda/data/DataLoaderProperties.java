package dev.sunda.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.data.DataLoader.Options;

import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class DataLoaderProperties {
    private static final Transform AUGMENT = Transform.compose(new RandomAffine(20, 1, 0.8, 1.2), new RandomHorizontalFlip(0.5));

    private static LabelledImages images(int n, long seed) {
        var pixels = new byte[n * 9];
        new Random(seed).nextBytes(pixels);
        return new LabelledImages(pixels, new byte[n], Shape.of(1, 3, 3), List.of("thing"));
    }

    private static List<float[]> inputs(DataLoader loader, int epoch, int firstBatch) {
        var inputs = new ArrayList<float[]>();
        for (Batch batch : loader.epoch(epoch, firstBatch))
            inputs.add(batch.input().toFloatArray());
        return inputs;
    }

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void theNumberOfThreadsChangesNothing(@ForAll @IntRange(min = 1, max = 40) int n,
            @ForAll @IntRange(min = 1, max = 9) int batchSize,
            @ForAll @IntRange(min = 1, max = 6) int prefetch, @ForAll @IntRange(max = 3) int epoch, @ForAll boolean dropLast,
            @ForAll long seed) {
        Options alone = new Options(batchSize, seed, Sampler.SHUFFLED, dropLast, 0, AUGMENT, Batch::of, Device.CPU);
        LabelledImages images = images(n, seed);
        assertThat(inputs(new DataLoader(images, alone.withPrefetch(prefetch)), epoch, 0))
                .containsExactlyElementsOf(inputs(new DataLoader(images, alone), epoch, 0));
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void resumingGivesTheRestOfTheEpoch(@ForAll @IntRange(min = 1, max = 40) int n,
            @ForAll @IntRange(min = 1, max = 9) int batchSize,
            @ForAll @IntRange(max = 40) int skip, @ForAll long seed) {
        var loader = new DataLoader(images(n, seed), Options.shuffled(batchSize, seed).withTransform(AUGMENT));
        int first = skip % (loader.batches() + 1);
        List<float[]> whole = inputs(loader, 1, 0);
        assertThat(inputs(loader, 1, first)).containsExactlyElementsOf(whole.subList(first, whole.size()));
    }
}
