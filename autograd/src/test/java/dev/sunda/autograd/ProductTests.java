package dev.sunda.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Products with letters, with options, and with nothing.
class ProductTests {
    /// `1, 2, ...`
    private static Variable counting(Device device, int... sizes) {
        Shape shape = Shape.of(sizes);
        return Variable.of(Tensor.arange(1, shape.numel() + 1, 1).to(DType.F64).reshape(shape).to(device));
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void equationsOfOneOperand(String name) {
        Device device = Device.parse(name);
        Variable x = counting(device, 2, 3);
        assertThat(Variable.einsum("bA", x).data().toDoubleArray()).containsExactly(1, 4, 2, 5, 3, 6);
        assertThat(Variable.einsum("ij->", x).item()).isEqualTo(21);
        assertThat(Variable.einsum("...->", x).item()).isEqualTo(21);
        assertThat(Variable.einsum(" i j -> j i ", x).shape()).isEqualTo(Shape.of(3, 2));
        assertThat(Variable.einsum("...i->i...", counting(device, 2, 3, 4)).shape()).isEqualTo(Shape.of(4, 2, 3));
        Variable square = counting(device, 2, 2);
        assertThat(Variable.einsum("ii", square).item()).isEqualTo(5);
        assertThat(Variable.einsum("ii->i", square).data().toDoubleArray()).containsExactly(1, 4);
        assertThat(Variable.einsum("->", counting(device)).item()).isEqualTo(1);
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void equationsOfSeveralOperands(String name) {
        Device device = Device.parse(name);
        Variable x = counting(device, 2, 3);
        Variable y = counting(device, 3, 2);
        assertThat(Variable.einsum("ij,jk", x, y).data().toDoubleArray()).containsExactly(22, 28, 49, 64);
        assertThat(Variable.einsum("ij,ji->i", x, y).data().toDoubleArray()).containsExactly(22, 64);
        assertThat(Variable.einsum("ij,ij->ij", x, x.narrow(1, 0, 1)).data().toDoubleArray()).containsExactly(1, 2, 3, 16, 20, 24);
        assertThat(Variable.einsum("ij,jk->ik", x.narrow(1, 0, 1), y).data().toDoubleArray()).containsExactly(9, 12, 36, 48);
        assertThat(Variable.einsum("ij,", x, counting(device).mul(2)).data().toDoubleArray()).containsExactly(2, 4, 6, 8, 10, 12);
        assertThat(Variable.einsum("ij,jk,kl->il", x, y, x).data().toDoubleArray()).containsExactly(134, 184, 234, 305, 418, 531);
        assertThat(Variable.einsum("ij,jk->ik", x.narrow(1, 0, 0), y.narrow(0, 0, 0)).data().toDoubleArray()).containsExactly(0, 0, 0, 0);
        assertThat(Variable.einsum("i,i", Variable.of(Tensor.arange(3).to(device)), Variable.of(Tensor.arange(3).to(device))).item())
                .isEqualTo(5);
    }

    @ParameterizedTest @CsvSource(delimiter = ';', value = {
        "ij->ik; einsum: the result names 'k', which no operand has (got \"ij->ik\")",
        "ij->ii; einsum: the result names 'i' twice (got \"ij->ii\")",
        "i1; einsum: '1' is not a letter (got \"i1\")",
        "ij,j; einsum: there are 2 groups of letters for 1 operands (got \"ij,j\")",
        "i; einsum: \"i\" of \"i\" does not name the 2 dimensions of its operand (got [2, 3])",
        "ii; einsum: dimensions with one label in \"ii\" have sizes 2 and 3 (got [2, 3])"})
    void equationsThatDoNotFitSayWhy(String equation, String message) {
        assertThatThrownBy(() -> Variable.einsum(equation, counting(Device.CPU, 2, 3))).hasMessageContaining(message);
    }

    @Test
    void anInputWithoutWeightDoesNotCount() {
        Variable nothing = Variable.of(Tensor.full(Shape.of(2), Double.NaN, DType.F64, Device.CPU));
        Variable x = counting(Device.CPU, 2, 2);
        assertThat(nothing.addmm(x, x, 0, 0.5).data().toDoubleArray()).containsExactly(3.5, 5, 7.5, 11);
        assertThat(nothing.addmm(x, x, 1, 1).data().toDoubleArray()).containsOnly(Double.NaN);
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void productsOfVectorsAndBlocks(String name) {
        Device device = Device.parse(name);
        Variable x = counting(device, 3);
        Variable y = x.flip(0).mul(2);
        assertThat(x.dot(y).item()).isEqualTo(20);
        assertThat(x.cross(y, 0).data().toDoubleArray()).containsExactly(-8, 16, -8);
        assertThat(x.outer(y).shape()).isEqualTo(Shape.of(3, 3));
        assertThat(x.kron(counting(device, 2, 1)).data().toDoubleArray()).containsExactly(1, 2, 3, 2, 4, 6);
        assertThat(counting(device, 2, 3).trace().item()).isEqualTo(6);
        assertThat(counting(device, 0, 3).trace().item()).isZero();
        assertThat(counting(device, 2, 3).tensordot(counting(device, 3, 2), new int[] {1, 0}, new int[] {0, 1}).item()).isEqualTo(86);
        assertThat(counting(device, 2).tensordot(counting(device, 2), 0).data().toDoubleArray()).containsExactly(new double[] {1, 2, 2, 4},
                within(0.0));
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void sumsOfIntegersStayOfTheirType(String name) {
        Variable x = Variable.of(Tensor.of(1, 2, 3, 4).reshape(2, 2).to(Device.parse(name)));
        Variable y = Variable.einsum("ik,j->ij", x, x.select(0, 0));
        assertThat(y.dtype()).isEqualTo(DType.I32);
        assertThat(y.data().toIntArray()).containsExactly(3, 6, 7, 14);
    }
}
