package dev.sunda.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Options are changed one by one: `AdamW.DEFAULT.withEps(1e-6)`.
class OptionsTests {
    static List<Record> options() {
        return List.of(AdamW.DEFAULT, Adadelta.Options.DEFAULT, Adagrad.Options.DEFAULT, Adamax.Options.DEFAULT, Asgd.Options.DEFAULT,
                Lbfgs.Options.DEFAULT, Lion.Options.DEFAULT, Muon.Options.DEFAULT, NAdam.Options.DEFAULT, RAdam.Options.DEFAULT,
                ReduceOnPlateau.Options.DEFAULT, RmsProp.Options.DEFAULT, Rprop.Options.DEFAULT, Sgd.Options.DEFAULT.withMomentum(0.5));
    }

    @ParameterizedTest @MethodSource("options")
    void eachIsChangedByItselfAndAllCanBe(Record options) throws ReflectiveOperationException {
        var changeable = new HashSet<String>();
        for (Method method : options.getClass().getMethods()) {
            if (!method.getName().startsWith("with"))
                continue;
            List<Object> values = others(options, method);
            Object result = method.invoke(options, values.toArray());
            var changed = new ArrayList<Object>();
            for (RecordComponent component : options.getClass().getRecordComponents()) {
                Object after = component.getAccessor().invoke(result);
                if (after.equals(component.getAccessor().invoke(options)))
                    continue;
                changed.add(after);
                changeable.add(component.getName());
            }
            assertThat(changed).as(method.getName()).isEqualTo(values.isEmpty() ? List.of(true) : values);
        }
        for (RecordComponent component : options.getClass().getRecordComponents())
            assertThat(changeable).contains(component.getName());
    }

    /// Values that the options do not have yet and allow.
    private static List<Object> others(Record options, Method method) throws ReflectiveOperationException {
        String name = Character.toLowerCase(method.getName().charAt(4)) + method.getName().substring(5);
        var values = new ArrayList<Object>();
        for (Class<?> type : method.getParameterTypes())
            if (type == double.class)
                values.add(values.isEmpty() ? 0.37 : name.equals("etas") ? 1.37 : 0.47);
            else if (type == int.class)
                values.add(7);
            else if (type == boolean.class)
                values.add(!(boolean) options.getClass().getMethod(name).invoke(options));
            else
            values.add(type.getEnumConstants()[1]);
        return values;
    }

    @Test
    void rangesAreCheckedThenToo() {
        assertThatThrownBy(() -> AdamW.DEFAULT.withEps(-1)).hasMessageStartingWith("AdamOptions: eps");
        assertThatThrownBy(() -> Sgd.Options.DEFAULT.withNesterov(true)).hasMessageContaining("nesterov needs momentum above 0");
    }
}
