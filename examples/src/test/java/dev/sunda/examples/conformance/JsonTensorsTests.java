package dev.sunda.examples.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class JsonTensorsTests {
    @Test
    void readsLittleEndianRows() {
        var node = new JsonMapper().readTree("{\"dtype\": \"float32\", \"shape\": [2, 1], \"data\": \"AACAPwAAAMA=\"}");
        Tensor x = JsonTensors.read(node);
        assertThat(x.shape()).isEqualTo(Shape.of(2, 1));
        assertThat(x.toFloatArray()).containsExactly(1, -2);
        assertThat(JsonTensors.write(x)).isEqualTo(node);
    }

    @Test
    void everyTypeSurvivesTheTrip() {
        for (Tensor x : List.of(Tensor.of(1.5f, Float.NaN), Tensor.of(-0.0, 1e300), Tensor.of(7, -8), Tensor.of(1L << 40, -1),
                Tensor.of(true, false),
                Tensor.zeros(2, 0, 3), Tensor.of(3.0).reshape(Shape.SCALAR), Tensor.of(1f, 2f, 3f).flip(0))) {
            Tensor y = JsonTensors.read(JsonTensors.write(x));
            assertThat(y.describe()).isEqualTo(x.describe());
            assertThat(y.toDoubleArray()).isEqualTo(x.toDoubleArray());
        }
    }

    @Test
    void refusesDataThatDoNotFillTheShape() {
        var node = new JsonMapper().readTree("{\"dtype\": \"float32\", \"shape\": [3], \"data\": \"AACAPwAAAMA=\"}");
        assertThatThrownBy(() -> JsonTensors.read(node)).hasMessage("JsonTensors: 8 bytes of data do not fill float32 [3]");
    }
}
