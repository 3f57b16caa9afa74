package dev.sunda.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.op.GridOrder;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Views, parts and repetitions; expected numbers are PyTorch's.
class RearrangingTests {
    private static final Tensor M = Tensor.of(new float[] {0, 1, 2, 3, 4, 5}, Shape.of(2, 3));
    private static final Tensor SCALAR = Tensor.scalar(1, DType.F32, Device.CPU);

    @Test
    void scalarsHaveOneDimensionToName() {
        assertThat(SCALAR.flip(0).item()).isEqualTo(1);
        assertThat(SCALAR.transpose(0, -1).shape()).isEqualTo(Shape.SCALAR);
        assertThat(SCALAR.squeeze(-1).shape()).isEqualTo(Shape.SCALAR);
        assertThat(SCALAR.roll(new int[] {1}).item()).isEqualTo(1);
        assertThat(SCALAR.unfold(0, 1, 1).shape()).isEqualTo(Shape.of(1));
        assertThat(SCALAR.repeat(2, 0).shape()).isEqualTo(Shape.of(2, 0));
    }

    @Test
    void windowsOverlapAndMayBeEmpty() {
        assertThat(Tensor.arange(7).unfold(0, 3, 2).toLongArray()).containsExactly(0, 1, 2, 2, 3, 4, 4, 5, 6);
        assertThat(Tensor.arange(4).unfold(0, 0, 1).shape()).isEqualTo(Shape.of(5, 0));
        assertThat(M.unfold(1, 2, 1).shape()).isEqualTo(Shape.of(2, 2, 2));
        assertThat(M.unfold(0, 2, 5).toLongArray()).containsExactly(0, 3, 1, 4, 2, 5);
    }

    @Test
    void diagonalsMayLieOutside() {
        assertThat(M.diagonal(1, 0, 1).toFloatArray()).containsExactly(1, 5);
        assertThat(M.diagonal(9, 0, 1).numel()).isZero();
        assertThat(M.diagonal(Integer.MIN_VALUE, 0, 1).numel()).isZero();
        assertThat(Tensor.zeros(3, 4, 0).diagonal(2, 0, 1).shape()).isEqualTo(Shape.of(0, 2));
        assertThat(M.diag(-1).toFloatArray()).containsExactly(3);
        assertThat(Tensor.of(1f, 2).diagEmbed(-1, 0, 1).toFloatArray()).containsExactly(0, 0, 0, 1, 0, 0, 0, 2, 0);
        assertThat(M.diagEmbed(0, 0, -1).shape()).isEqualTo(Shape.of(3, 2, 3));
    }

    @Test
    void trianglesOfAnyTypeAndSize() {
        assertThat(M.tril(0).toFloatArray()).containsExactly(0, 0, 0, 3, 4, 0);
        assertThat(M.triu(1).toFloatArray()).containsExactly(0, 1, 2, 0, 0, 5);
        assertThat(M.to(DType.I64).triu(-9).toLongArray()).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(Tensor.ones(Shape.of(2, 2), DType.BOOL, Device.CPU).tril(0).toBooleanArray()).containsExactly(true, false, true, true);
        assertThat(M.tril(Integer.MIN_VALUE).toFloatArray()).containsOnly(0);
        assertThat(M.mul(Float.NaN).triu(2).toFloatArray()).as("zero, not NaN").containsExactly(0, 0, Float.NaN, 0, 0, 0);
        assertThat(Tensor.zeros(0, 2).tril(0).shape()).isEqualTo(Shape.of(0, 2));
    }

    @Test
    void partsFollowPyTorch() {
        assertThat(sizes(Tensor.arange(5).split(2, 0))).containsExactly(2, 2, 1);
        assertThat(sizes(Tensor.zeros(0).split(0, 0))).containsExactly(0);
        assertThat(sizes(Tensor.zeros(0).split(3, 0))).containsExactly(0);
        assertThat(Tensor.zeros(0).split(new int[0], 0)).isEmpty();
        assertThat(sizes(Tensor.zeros(0).chunk(3, 0))).containsExactly(0, 0, 0);
        assertThat(sizes(Tensor.arange(5).chunk(4, 0))).containsExactly(2, 2, 1);
        assertThat(sizes(Tensor.arange(4).tensorSplit(3, 0))).containsExactly(2, 1, 1);
        assertThat(Tensor.arange(4).tensorSplit(new int[] {1, -1, 3, 2, 9}, 0).stream().map(Tensor::toLongArray))
                .containsExactly(new long[] {0}, new long[] {1, 2}, new long[0], new long[0], new long[] {2, 3}, new long[0]);
        assertThat(M.unbind(1)).hasSize(3);
        assertThat(Tensor.zeros(0, 2).unbind(0)).isEmpty();
    }

    private static List<Integer> sizes(List<Tensor> parts) {
        return parts.stream().map(x -> x.size(0)).toList();
    }

    @Test
    void elementsMoveRoundAndTurn() {
        assertThat(M.roll(7, -1).toFloatArray()).containsExactly(2, 0, 1, 5, 3, 4);
        assertThat(M.roll(new int[] {1}).toFloatArray()).containsExactly(5, 0, 1, 2, 3, 4);
        assertThat(M.roll(new int[] {1, 1}, 1, 1).toFloatArray()).containsExactly(1, 2, 0, 4, 5, 3);
        assertThat(M.roll(new int[] {Integer.MIN_VALUE}, 1).toFloatArray()).containsExactly(M.roll(1, 1).toFloatArray());
        assertThat(Tensor.zeros(0, 2).roll(1, 0).shape()).isEqualTo(Shape.of(0, 2));
        assertThat(M.rot90(1, 0, 1).toFloatArray()).containsExactly(2, 5, 1, 4, 0, 3);
        assertThat(M.rot90(-1, 0, 1).toFloatArray()).containsExactly(3, 0, 4, 1, 5, 2);
        assertThat(M.rot90(Integer.MIN_VALUE, 0, 1).toFloatArray()).containsExactly(M.toFloatArray());
        assertThat(Tensor.zeros(2, 3, 4).movedim(new int[] {0, 1}, new int[] {-1, 0}).shape()).isEqualTo(Shape.of(3, 4, 2));
    }

    @Test
    void repetitions() {
        assertThat(M.tile(2, 1, 2).select(0, 1).toFloatArray()).containsExactly(0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5);
        assertThat(M.repeatInterleave(Tensor.of(1L, 0, 2), 1).toFloatArray()).containsExactly(0, 2, 2, 3, 5, 5);
        assertThat(M.repeatInterleave(2, 0).toFloatArray()).containsExactly(0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5);
        assertThat(M.repeatInterleave(Tensor.of(2), 1).size(1)).isEqualTo(6);
        assertThat(M.repeatInterleave(0, 1).shape()).isEqualTo(Shape.of(2, 0));
    }

    @Test
    void stacksAndGrids() {
        assertThat(Tensor.hstack(List.of(SCALAR, Tensor.of(2f, 3))).toFloatArray()).containsExactly(1, 2, 3);
        assertThat(Tensor.vstack(List.of(Tensor.of(9f, 9, 9), M)).shape()).isEqualTo(Shape.of(3, 3));
        assertThat(Tensor.dstack(List.of(M, M)).shape()).isEqualTo(Shape.of(2, 3, 2));
        List<Tensor> grid = Tensor.meshgrid(List.of(Tensor.of(1, 2, 3), Tensor.of(4, 5)), GridOrder.XY);
        assertThat(grid.get(0).toIntArray()).containsExactly(1, 2, 3, 1, 2, 3);
        assertThat(grid.get(1).toIntArray()).containsExactly(4, 4, 4, 5, 5, 5);
        assertThat(Tensor.meshgrid(List.of(Tensor.of(1, 2, 3), Tensor.of(4, 5)), GridOrder.IJ).get(0).toIntArray())
                .containsExactly(1, 1, 2, 2, 3, 3);
        assertThat(Tensor.broadcastTensors(List.of(M, Tensor.of(1f, 2, 3), SCALAR))).allMatch(x -> x.shape().equals(M.shape()));
        assertThat(Tensor.cat(List.of(Tensor.zeros(0), M), 1).shape()).isEqualTo(Shape.of(2, 3));
    }

    @Test
    void wrongCallsSayWhatIsWrong() {
        assertThatThrownBy(() -> M.roll(new int[] {1, 2}, 0))
                .hasMessage("roll: needs one shift for each dimension, got shifts [1, 2] and dimensions [0] (got [2, 3])");
        assertThatThrownBy(() -> M.split(new int[] {1, 1}, 1))
                .hasMessage("split: the sizes [1, 1] must add up to 3, the size of dimension 1 (got [2, 3])");
        assertThatThrownBy(() -> Tensor.cat(List.of(SCALAR), 0)).hasMessage("cat: scalars cannot be joined; use stack (got [])");
        assertThatThrownBy(() -> M.expand(-1, 2, 3)).hasMessageStartingWith("expand: sizes must be 0 or more, or -1 where");
    }
}
