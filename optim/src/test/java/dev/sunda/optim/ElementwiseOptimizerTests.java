package dev.sunda.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Expected numbers were computed with PyTorch 2.13; those of Lion and Lamb, which it lacks, with their formulas in NumPy.
class ElementwiseOptimizerTests {
    /// @param expected the parameter after the steps 1, 2 and 10 of [Trajectory]
    private record Case(String name, Function<List<Parameter>, Optimizer> make, double[][] expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> cases() {
        return List.of(
                new Case("RmsProp", p -> new RmsProp(p, 0.01),
                        new double[][] {{0.9000000999999, -2.099999990000001, 0.5999999666666778},
                            {0.8104678438728734, -2.147720514249706, 0.6708880704170965},
                            {0.30448012384102274, -2.065420149366304, 1.0064866410733988}}),
                new Case("RmsProp, all options", p -> new RmsProp(p, 0.02, new RmsProp.Options(0.9, 1e-3, 0.1, 0.8, true, true)),
                        new double[][] {{1.0, -1.9335180055401662, 0.4339622641509434},
                            {1.064516129032258, -1.8426108327700323, 0.3309827192841986},
                            {2.5811194132594113, -1.5594213417468326, -0.8897541922219169}}),
                new Case("RmsProp, momentum", p -> new RmsProp(p, 0.02, RmsProp.Options.DEFAULT.withMomentum(0.8)),
                        new double[][] {{0.8000001999998001, -2.199999980000002, 0.6999999333333554},
                            {0.4609358477455869, -2.4554410124994135, 1.0017760875008772},
                            {-3.7646709393294815, -2.701988816059312, 4.087782869456896}}),
                new Case("Adagrad", p -> new Adagrad(p, 0.01),
                        new double[][] {{0.99000000001, -2.009999999999, 0.5099999999966667},
                            {0.9810557281040009, -2.0147535482210057, 0.5170710678068655},
                            {0.9307584038413543, -2.0065844678374347, 0.5502099789831635}}),
                new Case("Adagrad, all options", p -> new Adagrad(p, 0.1, new Adagrad.Options(0.1, 0.1, 0.5, 1e-3, true)),
                        new double[][] {{1.0, -1.913906832258053, 0.455695456190927},
                            {1.0127120185592928, -1.8716555597244466, 0.41926531785542015},
                            {1.2414843785166194, -1.878290384614344, 0.2561920324559282}}),
                new Case("Adadelta", p -> new Adadelta(p, 1),
                        new double[][] {{0.9968393022937949, -2.0031622618488987, 0.5031621019927149},
                            {0.9928001135261282, -2.0053754796704952, 0.5064063454415468},
                            {0.9319547286299736, -2.0011056828672276, 0.533749458149732}}),
                new Case("Adadelta, all options", p -> new Adadelta(p, 0.5, new Adadelta.Options(0.8, 1e-3, 0.1, true)),
                        new double[][] {{1.0, -1.964705882352941, 0.4653448359958164},
                            {1.0288675134594814, -1.9364750074475134, 0.4290219729264358},
                            {1.5657643181067398, -1.924630499253212, 0.11592299478938849}}),
                new Case("Rprop", p -> new Rprop(p, 0.01),
                        new double[][] {{0.99, -2.01, 0.51},
                            {0.978, -2.022, 0.522},
                            {0.7404131788800001, -2.01456, 0.7595868211199999}}),
                new Case("Rprop, all options", p -> new Rprop(p, 0.1, new Rprop.Options(0.4, 1.5, 0.05, 0.3, true)),
                        new double[][] {{1.1, -1.9, 0.4},
                            {1.25, -1.75, 0.25},
                            {3.5749999999999993, -1.8250000000000002, -2.075}}),
                new Case("Adamax", p -> new Adamax(p, 0.002),
                        new double[][] {{0.9980000002, -2.0019999999800002, 0.5019999999333333},
                            {0.9964736844868421, -2.0035176252805273, 0.5039999998666667},
                            {0.9861662932932836, -2.0044022792847875, 0.5199999993333333}}),
                new Case("Adamax, all options", p -> new Adamax(p, 0.01, new Adamax.Options(0.8, 0.9, 1e-3, 0.1, true)),
                        new double[][] {{1.0, -1.990008326394671, 0.49002849002849},
                            {1.0055005500550056, -1.9812743334335192, 0.4800443990926771},
                            {1.0560820710974241, -1.9634559690876014, 0.399827501303129}}),
                new Case("RAdam", p -> new RAdam(p, 0.001),
                        new double[][] {{0.9999, -2.001, 0.5003},
                            {0.9997473684210526, -2.001758053845194, 0.5005999999999999},
                            {0.9987653758842727, -2.0018439867971582, 0.5016904010066904}}),
                new Case("RAdam, all options", p -> new RAdam(p, 0.01, new RAdam.Options(0.8, 0.9, 1e-3, 0.1, false, true)),
                        new double[][] {{1.0, -1.988, 0.4965},
                            {1.0005555555555556, -1.978560542745177, 0.49300194444444445},
                            {1.0250081340838395, -1.9675449946548558, 0.46344482403313014}}),
                new Case("RAdam, decoupled", p -> new RAdam(p, 0.01, new RAdam.Options(0.9, 0.999, 1e-8, 0.1, true, false)),
                        new double[][] {{0.998, -2.008, 0.5025},
                            {0.9954756842105262, -2.0135725384519376, 0.5049975},
                            {0.9777691774600223, -1.9983701510956426, 0.511818551653185}}),
                new Case("NAdam", p -> new NAdam(p, 0.002),
                        new double[][] {{0.9978870966545796, -2.002112903535582, 0.5021129034862807},
                            {0.9959612020757966, -2.003217727720045, 0.5036802721476175},
                            {0.9787634108354759, -2.0017328534462075, 0.5161575760580162}}),
                new Case("NAdam, all options", p -> new NAdam(p, 0.01, new NAdam.Options(0.8, 0.9, 1e-3, 0.1, 0.01, false, true)),
                        new double[][] {{1.0, -1.9890557396415682, 0.4890778256370685},
                            {1.0108725833126342, -1.9822255429666704, 0.4804320533399264},
                            {1.1067426590589213, -1.9724690623255554, 0.4087210456216801}}),
                new Case("NAdam, decoupled", p -> new NAdam(p, 0.01, new NAdam.Options(0.9, 0.999, 1e-8, 0.1, 0.004, true, false)),
                        new double[][] {{0.9884354832728978, -2.008564517677909, 0.5100645174314034},
                            {0.9778175748957098, -2.0120800740825473, 0.517391296220656},
                            {0.8843200425029374, -1.9886648424062687, 0.5754424830556326}}),
                new Case("Asgd", p -> new Asgd(p, 0.01),
                        new double[][] {{0.998999, -2.009998, 0.5029994999999999},
                            {0.996998002501748, -2.015399009009925, 0.5059989947508792},
                            {0.9449904125755423, -2.00419619307774, 0.5299947637912068}}),
                new Case("Asgd, all options", p -> new Asgd(p, 0.1, new Asgd.Options(0.1, 0.5, 3, 0.1, true)),
                        new double[][] {{0.99, -1.8599999999999999, 0.46},
                            {0.990199007438042, -1.769222527694687, 0.4209945421437684},
                            {1.3248764430009767, -1.6097455717135092, 0.1413262580833179}}),
                new Case("Lion", p -> new Lion(p, 0.01),
                        new double[][] {{0.99, -2.01, 0.51},
                            {0.98, -2.0199999999999996, 0.52},
                            {0.8999999999999999, -1.9999999999999998, 0.6000000000000001}}),
                new Case("Lion, all options", p -> new Lion(p, 0.01, new Lion.Options(0.8, 0.7, 0.1, true)),
                        new double[][] {{1.009, -1.988, 0.4895},
                            {1.0179909999999999, -1.9760119999999999, 0.4790105},
                            {1.089596078112266, -1.9602391818373983, 0.39547124220235624}}),
                new Case("Lamb", p -> new Lamb(p, 0.01),
                        new double[][] {{0.9865728999663858, -2.0130283909786755, 0.5132277743099164},
                            {0.9731546349395446, -2.0257329667519204, 0.526918834601474},
                            {0.8447078093845396, -2.033004963246075, 0.655369192093448}}),
                new Case("Lamb, all options", p -> new Lamb(p, 0.01, new AdamOptions(0.8, 0.9, 1e-3, 0.1, false, true)),
                        new double[][] {{1.0111839473369955, -1.9849347500888428, 0.48684866671862936},
                            {1.0222901392305832, -1.970271941275328, 0.4733726659952725},
                            {1.1366225159567571, -1.9410894864277737, 0.3399353426384212}}));
    }

    @ParameterizedTest @MethodSource("cases")
    void followsItsFormulas(Case test) {
        var values = Trajectory.of(test.make);
        for (int i = 0; i < 3; i++)
            assertThat(values.get(new int[] {0, 1, 9}[i])).containsExactly(test.expected[i], Offset.offset(2e-9));
    }

    @ParameterizedTest @MethodSource("cases")
    void devicesAndTypesAgree(Case test) {
        for (DType dtype : List.of(DType.F64, DType.F32)) {
            List<double[]> results = new ArrayList<>();
            for (Device device : List.of(Device.CPU, Device.REFERENCE)) {
                var parameter = new Parameter(Trajectory.start().to(dtype).to(device));
                Optimizer optimizer = test.make.apply(List.of(parameter));
                for (int t = 0; t < Trajectory.STEPS; t++) {
                    parameter.setGrad(Trajectory.gradient(t).to(dtype).to(device));
                    optimizer.step();
                }
                results.add(parameter.data().toDoubleArray());
            }
            assertThat(results.get(0)).containsExactly(results.get(1), Offset.offset(dtype == DType.F64 ? 1e-13 : 1e-6));
            assertThat(results.get(0)).containsExactly(test.expected[2], Offset.offset(dtype == DType.F64 ? 2e-9 : 2e-5));
        }
    }

    @ParameterizedTest @MethodSource("cases")
    void memoryOrderDoesNotMatter(Case test) {
        double[] start = IntStream.range(0, 600).mapToDouble(i -> StrictMath.sin(i)).toArray();
        double[] slope = IntStream.range(0, 600).mapToDouble(i -> StrictMath.cos(3 * i)).toArray();
        var row = new Parameter(Tensor.of(start, Shape.of(2, 3, 10, 10)));
        var channels = new Parameter(row.data().channelsLast());
        for (Parameter parameter : List.of(row, channels)) {
            Optimizer optimizer = test.make.apply(List.of(parameter));
            for (int t = 0; t < 3; t++) {
                parameter.setGrad(Tensor.of(slope, parameter.shape()).mul(t + 1));
                optimizer.step();
            }
        }
        assertThat(channels.data().toDoubleArray()).containsExactly(row.data().toDoubleArray(), Offset.offset(1e-13));
    }

    @Test
    void emptyParametersAndScalars() {
        for (Case test : cases())
            for (Shape shape : List.of(Shape.of(0, 3), Shape.SCALAR)) {
                var parameter = new Parameter(Tensor.ones(shape, DType.F32, Device.CPU));
                parameter.setGrad(Tensor.ones(shape, DType.F32, Device.CPU));
                Optimizer optimizer = test.make.apply(List.of(parameter));
                optimizer.step();
                optimizer.step();
                assertThat(parameter.data().toFloatArray()).as(test.name).hasSize(shape.numel()).doesNotContain(1f);
            }
    }

    @Test
    void aGradientThatIsNoNumberShows() {
        for (Case test : cases()) {
            if (test.name.startsWith("Rprop") || test.name.startsWith("Lion") || test.name.startsWith("Lamb"))
                continue;                                            // of which only the sign counts, or the length of all
            var parameter = new Parameter(Tensor.of(1.0, 2.0));
            parameter.setGrad(Tensor.of(Double.NaN, 1.0));
            test.make.apply(List.of(parameter)).step();
            assertThat(parameter.data().toDoubleArray()[0]).as(test.name).isNaN();
            assertThat(parameter.data().toDoubleArray()[1]).as(test.name).isNotNaN();
        }
    }

    @Test
    void lambLeavesTheLengthOutWhereItIsZero() {
        var parameter = new Parameter(Tensor.of(0.0, 0.0));
        parameter.setGrad(Tensor.of(1.0, -1.0));
        new Lamb(List.of(parameter), 0.1).step();
        assertThat(parameter.data().toDoubleArray()).containsExactly(new double[] {-0.1, 0.1}, Offset.offset(1e-6));
        parameter.set(Tensor.of(0.0, 0.0));
        parameter.setGrad(Tensor.of(0.0, 0.0));
        new Lamb(List.of(parameter), 0.1).step();
        assertThat(parameter.data().toDoubleArray()).containsExactly(0, 0);
    }

    @Test
    void keepsTheStateOfPyTorch() {
        var parameter = new Parameter(Trajectory.start());
        Optimizer optimizer = new NAdam(List.of(parameter), 0.002);
        Optimizer averaging = new Asgd(List.of(parameter), 0.1, new Asgd.Options(0.1, 0.5, 3, 0.1, true));
        for (int t = 0; t < Trajectory.STEPS; t++)
            Trajectory.step(optimizer, parameter, t);
        parameter.set(Trajectory.start());
        for (int t = 0; t < Trajectory.STEPS; t++)
            Trajectory.step(averaging, parameter, t);
        assertThat(optimizer.stateDict().keySet()).contains("0.exp_avg", "0.exp_avg_sq", "0.mu_product");
        assertThat(optimizer.stateDict().get("0.mu_product").item()).isCloseTo(0.0003435745719228685, Offset.offset(1e-10));
        var state = averaging.stateDict();
        assertThat(state.get("0.eta").item()).isCloseTo(0.09534625892455922, Offset.offset(1e-15));
        assertThat(state.get("0.mu").item()).isEqualTo(1.0 / 7);
        Trajectory.assertClose(state.get("0.ax").toDoubleArray(), 1.1729089937564559, -1.6786471116699158, 0.22412635894675978);
    }

    @Test
    void refusesOptionsThatMakeNoSense() {
        assertRefused(() -> new RmsProp.Options(-1, 0, 0, 0, false, false), "RmsProp: alpha must be 0 or more (got -1.0)");
        assertRefused(() -> RmsProp.Options.DEFAULT.withMomentum(-1), "RmsProp: momentum must be 0 or more (got -1.0)");
        assertRefused(() -> new Adagrad.Options(0, 0, -1, 0, false), "Adagrad: initialAccumulator must be 0 or more (got -1.0)");
        assertRefused(() -> new Adadelta.Options(1.1, 0, 0, false), "Adadelta: rho must be between 0 and 1 (got 1.1)");
        assertRefused(() -> new Rprop.Options(0.5, 0.9, 0, 1, false),
                "Rprop: the factors must be 0 < etaMinus < 1 < etaPlus (got 0.5, 0.9)");
        assertRefused(() -> new Rprop.Options(0.5, 1.2, 2, 1, false),
                "Rprop: the smallest step must not exceed the largest (got 2.0, 1.0)");
        assertRefused(() -> NAdam.Options.DEFAULT.withBetas(1, 0.9), "NAdam: beta1 must be at least 0 and less than 1 (got 1.0)");
        assertRefused(() -> new NAdam.Options(0.9, 0.9, 0, 0, -1, false, false), "NAdam: momentum decay must be 0 or more (got -1.0)");
        assertRefused(() -> RAdam.Options.DEFAULT.withWeightDecay(-1), "RAdam: weight decay must be 0 or more (got -1.0)");
        assertRefused(() -> new Adamax.Options(0.9, 0.9, -1, 0, false), "Adamax: eps must be 0 or more (got -1.0)");
        assertRefused(() -> Lion.Options.DEFAULT.withBetas(0.9, 1), "Lion: beta2 must be at least 0 and less than 1 (got 1.0)");
        assertRefused(() -> new Asgd.Options(-1, 0.75, 0, 0, false), "Asgd: lambda must be 0 or more (got -1.0)");
        assertRefused(() -> new Lamb(List.of(new Parameter(Trajectory.start())), 0.1, new AdamOptions(0.9, 0.9, 0, 0, true, false)),
                "Lamb: there is no AMSGrad form (got amsgrad true); use Adam or AdamW");
    }

    private static void assertRefused(Runnable call, String message) {
        assertThatThrownBy(call::run).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }
}
