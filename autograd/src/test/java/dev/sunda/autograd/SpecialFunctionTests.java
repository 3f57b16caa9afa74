package dev.sunda.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// Special functions at their edges. All expected numbers are PyTorch's.
class SpecialFunctionTests {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;
    private static final double[] X = {-30, -3, -0.5, 0, 0.5, 2, 24, 26, 40};

    private static void assertValues(UnaryOperator<Variable> f, double[] x, double... expected) {
        double[] y = f.apply(Variable.of(Tensor.of(x))).data().toDoubleArray();
        double[] single = f.apply(Variable.of(Tensor.of(x).to(DType.F32))).data().toDoubleArray();
        for (int i = 0; i < x.length; i++) {
            assertClose(y[i], expected[i], 4e-15, x[i]);
            if (Math.abs(expected[i]) > 1e-15 && x[i] == (float) x[i])
                assertClose(single[i], expected[i], 1e-6, x[i]);
        }
    }

    private static void assertGradient(UnaryOperator<Variable> f, double[] x, double... expected) {
        for (boolean recorded : new boolean[] {false, true}) {
            Variable v = Variable.tracked(Tensor.of(x));
            double[] g = Variable.gradients(f.apply(v).sum(), List.of(v), recorded).getFirst().data().toDoubleArray();
            for (int i = 0; i < x.length; i++)
                assertClose(g[i], expected[i], 1e-13, x[i]);
        }
    }

    private static void assertClose(double actual, double expected, double tolerance, double at) {
        boolean same = Double.compare(actual, expected) == 0 || Math.abs(actual - expected) <= tolerance * (1e-3 + Math.abs(expected));
        assertThat(same).as("%s at %s, expected %s", actual, at, expected).isTrue();
    }

    @Test
    void values() {
        assertValues(SpecialFunctions::sinc, new double[] {-0.5, 0, 0.5, 2, NAN}, 0.6366197723675814, 1, 0.6366197723675814,
                -3.8981718325193755e-17, NAN);
        assertValues(SpecialFunctions::entr, new double[] {-3, 0, 0.5, 2, INF, NAN}, -INF, 0, 0.34657359027997264, -1.3862943611198906,
                -INF, NAN);
        assertValues(SpecialFunctions::erfcx, X, INF, 16205.988853999586, 1.952360489182557, 1, 0.6156903441929258, 0.2553956763105058,
                0.023487546063682644, 0.02168358485056291, 0.014100335983377815);
        assertValues(SpecialFunctions::ndtr, X, 0, 0.0013498980316300945, 0.3085375387259869, 0.5, 0.6914624612740131,
                0.9772498680518208, 1, 1, 1);
        assertValues(SpecialFunctions::logNdtr, X, -454.32124395634327, -6.60772622151035, -1.1759117615936185, -0.6931471805599453,
                -0.36894641528865635, -0.02301290932896348, -1.3903921185496064e-127, -2.476063315503133e-149, 0);
        assertValues(SpecialFunctions::logNdtr, new double[] {-INF, INF, NAN}, -INF, -0.0, NAN);
        assertValues(SpecialFunctions::i0, X, 781672297823.9775, 4.880792585865024, 1.0634833707413236, 1, 1.0634833707413236,
                2.279585302336067, 2168619088.2413764, 15388976705.660812, 1.48947747934199e+16);
        assertValues(SpecialFunctions::i0e, X, 0.0731459464822373, 0.24300035416182536, 0.6450352704491501, 1, 0.6450352704491501,
                0.308508322553671, 0.0818682883340306, 0.07862365204001373, 0.06327827987523532);
        assertValues(SpecialFunctions::i1, X, -768532038938.9569, -3.9533702174026093, -0.25789430539089636, 0, 0.25789430539089636,
                1.5906368546373295, 2122947893.287314, 15090072642.341646, 1.4707396163259354e+16);
        assertValues(SpecialFunctions::i1e, X, -0.07191633059864755, -0.19682671329730084, -0.15642080318487173, 0,
                0.15642080318487173, 0.2152692892489377, 0.08014413927653474, 0.07709652456966624, 0.06248222907444206);
        assertValues(SpecialFunctions::i0, new double[] {INF, NAN}, INF, NAN);
        assertValues(SpecialFunctions::ndtri, new double[] {0, 1e-300, 1e-5, 0.3, 0.999, 1, 2, NAN}, -INF, -37.0470962993612,
                -4.264890793922825, -0.5244005127080409, 3.090232306167813, INF, NAN, NAN);
        assertValues(x -> SpecialFunctions.mvlgamma(x, 3), new double[] {1.5, 3, 10}, 2.1686775340635553, 2.694924879806965,
                36.81285863239809);
        Variable y = Variable.of(Tensor.of(-1, -2, NAN, 1, -1, 1, INF));
        Variable x = Variable.of(Tensor.of(0, 0, 0, 2, 2, NAN, 0));
        assertThat(SpecialFunctions.xlog1py(x, y).data().toDoubleArray()).containsExactly(0, 0, NAN, 2 * Math.log(2), -INF, NAN, 0);
    }

    @Test
    void gradients() {
        assertGradient(SpecialFunctions::entr, new double[] {0, 0.5, -1}, INF, -0.3068528194400547, NAN);
        assertGradient(SpecialFunctions::sinc, new double[] {0, 0.5, 1}, 0, -1.2732395447351625, -1);
        assertGradient(SpecialFunctions::i0e, new double[] {0, -2, 30}, 0, 0.0932390333047333, -0.0012296158835897464);
        assertGradient(SpecialFunctions::i1e, new double[] {0, -2, 30}, 0.5, -0.014395611319735546, -0.0011675951363651765);
        assertGradient(SpecialFunctions::i1, new double[] {0, -2}, 0.5, 1.484266875017402);
        assertGradient(SpecialFunctions::logNdtr, new double[] {-30, -1, 0.5, 3}, 30.03325966743577, 1.525135276160982,
                0.5091604338370335, 0.004437839042125664);
        assertGradient(SpecialFunctions::erfcx, new double[] {-1, 0, 5}, -11.14633932862008, -1.1283791670955126,
                -0.021332789764826332);
    }
}
