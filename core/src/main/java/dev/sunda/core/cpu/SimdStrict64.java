package dev.sunda.core.cpu;

import static jdk.incubator.vector.DoubleVector.broadcast;
import static jdk.incubator.vector.DoubleVector.fromArray;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/// Exponentials and logarithms of `StrictMath`, with its bits, on vectors: functions of float64 whose definition names them stay what they
/// are. The chains are those of fdlibm, which Java prescribes; where it branches, all branches are computed and one is chosen, or one
/// formula gives the bits of several. Arguments are limited to what activations ask for, so that few branches remain. Constants are
/// broadcasts, as in [SimdErf].
///
/// `end` is a multiple of the vector length; the result may lie where the operand lies.
final class SimdStrict64 {
    private static final VectorSpecies<Double> S = SimdSpecies.D;
    private static final int L = S.length();
    /// Adding 1.5 * 2^52 rounds to an integer and leaves it in the low bits.
    private static final double ROUND = 0x1.8p52;
    private static final double INV_LN2 = 0x1.71547652b82fep0;
    private static final double LN2_HIGH = 0x1.62e42feep-1;
    private static final double LN2_LOW = 0x1.a39ef35793c76p-33;
    /// From here on an argument is reduced: one half of `ln 2`, by its upper half.
    private static final double REDUCED = Double.longBitsToDouble(0x3fd62e43L << 32);

    private static final double EXP_LEAST = -0x1.74910d52d3051p9;
    private static final double P1 = 0x1.555555555553ep-3;
    private static final double P2 = -0x1.6c16c16bebd93p-9;
    private static final double P3 = 0x1.1566aaf25de2cp-14;
    private static final double P4 = -0x1.bbd41c5d26bf1p-20;
    private static final double P5 = 0x1.6376972bea4d0p-25;

    /// Up to here `expm1` is -1.
    private static final double EXPM1_LEAST = -Double.longBitsToDouble(0x4043687aL << 32);
    private static final double Q1 = -0x1.11111111110f4p-5;
    private static final double Q2 = 0x1.a01a019fe5585p-10;
    private static final double Q3 = -0x1.4ce199eaadbb7p-14;
    private static final double Q4 = 0x1.0cfca86e65239p-18;
    private static final double Q5 = -0x1.afdb76e09c32dp-23;

    /// From here on the logarithm is taken of half of `1 + e`: the square root of 2 less 1, by its upper half.
    private static final double HALVED = Double.longBitsToDouble(0x3fda827aL << 32);
    /// From here on the half of `1 + e` is so near to 1 that two terms do.
    private static final double NEAR_TWO = 2 - 0x3p-20;
    private static final double L1 = 0x1.5555555555593p-1;
    private static final double L2 = 0x1.999999997fa04p-2;
    private static final double L3 = 0x1.2492494229359p-2;
    private static final double L4 = 0x1.c71c51d8e78afp-3;
    private static final double L5 = 0x1.7466496cb03dep-3;
    private static final double L6 = 0x1.39a09d078c69fp-3;
    private static final double L7 = 0x1.2f112df3e5244p-3;

    private static final Apart EXP = loop("exponentials");
    private static final Apart EXPM1_BELOW = loop("lessOneBelow");
    private static final Apart EXPM1_ABOVE = loop("lessOneAbove");
    private static final Apart LOG1P = loop("logarithms");

    private SimdStrict64() {
    }

    private static Apart loop(String name) {
        return Apart.of(MethodHandles.lookup(), name, double[].class, int.class, double[].class, int.class, int.class);
    }

    /// `y = StrictMath.exp(-|x|)`.
    static void exp(double[] x, int xi, double[] y, int yi, int end) {
        EXP.run(x, xi, y, yi, end);
    }

    /// `y = StrictMath.expm1(x)` for arguments that are not positive; for others anything.
    static void expm1Below(double[] x, int xi, double[] y, int yi, int end) {
        EXPM1_BELOW.run(x, xi, y, yi, end);
    }

    /// `y = StrictMath.expm1(x)` for arguments from 2 to 38, up to 44 with a few ulp; for others anything.
    static void expm1Above(double[] x, int xi, double[] y, int yi, int end) {
        EXPM1_ABOVE.run(x, xi, y, yi, end);
    }

    /// `y = StrictMath.log1p(x)` for arguments from 0 to 1.
    static void log1p(double[] x, int xi, double[] y, int yi, int end) {
        LOG1P.run(x, xi, y, yi, end);
    }

    private static void exponentials(double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j).reinterpretAsLongs().or(Long.MIN_VALUE).reinterpretAsDoubles();
            DoubleVector round = broadcast(S, ROUND), one = broadcast(S, 1);
            DoubleVector turns = v.mul(broadcast(S, INV_LN2)).sub(broadcast(S, 0.5)), k = turns.add(round).sub(round);
            k = k.blend(k.add(one), k.compare(LT, turns)).blend(broadcast(S, 0), v.compare(GT, broadcast(S, -REDUCED)));
            DoubleVector hi = v.sub(k.mul(broadcast(S, LN2_HIGH))), lo = k.mul(broadcast(S, LN2_LOW)), r = hi.sub(lo), z = r.mul(r);
            DoubleVector c = z.mul(broadcast(S, P5)).add(broadcast(S, P4)).mul(z).add(broadcast(S, P3)).mul(z).add(broadcast(S, P2));
            c = r.sub(c.mul(z).add(broadcast(S, P1)).mul(z));
            DoubleVector power = one.sub(lo.sub(r.mul(c).div(broadcast(S, 2).sub(c))).sub(hi));
            var small = k.compare(LT, broadcast(S, -1021));
            LongVector bits = k.add(round.blend(broadcast(S, ROUND + 1000), small)).reinterpretAsLongs().lanewise(LSHL, 52);
            power = power.reinterpretAsLongs().add(bits).reinterpretAsDoubles().mul(one.blend(broadcast(S, 0x1p-1000), small));
            power = power.blend(v.add(one), v.compare(GT, broadcast(S, -0x1p-28)));
            power.blend(broadcast(S, 0), v.compare(LT, broadcast(S, EXP_LEAST))).blend(v, v.compare(NE, v)).intoArray(y, yi + j);
        }
    }

    private static void lessOneBelow(double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j), round = broadcast(S, ROUND), one = broadcast(S, 1);
            DoubleVector turns = v.mul(broadcast(S, INV_LN2)).sub(broadcast(S, 0.5)), k = turns.add(round).sub(round);
            k = k.blend(k.add(one), k.compare(LT, turns)).blend(broadcast(S, 0), v.compare(GT, broadcast(S, -REDUCED)));
            DoubleVector hi = v.sub(k.mul(broadcast(S, LN2_HIGH))), lo = k.mul(broadcast(S, LN2_LOW));
            DoubleVector r = hi.sub(lo), c = hi.sub(r).sub(lo), half = r.mul(broadcast(S, 0.5)), square = r.mul(half);
            DoubleVector p = polynomial(square), t = broadcast(S, 3).sub(p.mul(half));
            DoubleVector e = square.mul(p.sub(t).div(broadcast(S, 6).sub(r.mul(t))));
            DoubleVector unreduced = r.sub(r.mul(e).sub(square));
            e = r.mul(e.sub(c)).sub(c).sub(square);
            LongVector power = k.add(round).reinterpretAsLongs().lanewise(LSHL, 52);
            DoubleVector result = one.sub(e.sub(r)).reinterpretAsLongs().add(power).reinterpretAsDoubles().sub(one);
            DoubleVector once = r.sub(e).mul(broadcast(S, 0.5)).sub(broadcast(S, 0.5));
            result = result.blend(once, k.compare(EQ, broadcast(S, -1))).blend(unreduced, k.compare(EQ, broadcast(S, 0)));
            result = result.blend(v, v.compare(GT, broadcast(S, -0x1p-54)));
            result = result.blend(broadcast(S, -1), v.compare(LE, broadcast(S, EXPM1_LEAST)));
            result.blend(v, v.compare(NE, v)).intoArray(y, yi + j);
        }
    }

    private static void lessOneAbove(double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j), round = broadcast(S, ROUND), one = broadcast(S, 1);
            DoubleVector turns = v.mul(broadcast(S, INV_LN2)).add(broadcast(S, 0.5)), k = turns.add(round).sub(round);
            k = k.blend(k.sub(one), k.compare(GT, turns));
            DoubleVector hi = v.sub(k.mul(broadcast(S, LN2_HIGH))), lo = k.mul(broadcast(S, LN2_LOW));
            DoubleVector r = hi.sub(lo), c = hi.sub(r).sub(lo), half = r.mul(broadcast(S, 0.5)), square = r.mul(half);
            DoubleVector p = polynomial(square), t = broadcast(S, 3).sub(p.mul(half));
            DoubleVector e = square.mul(p.sub(t).div(broadcast(S, 6).sub(r.mul(t))));
            e = r.mul(e.sub(c)).sub(c).sub(square);
            LongVector power = k.add(round).reinterpretAsLongs().lanewise(LSHL, 52);
            DoubleVector inverse = one.reinterpretAsLongs().sub(power).reinterpretAsDoubles();
            DoubleVector sum = r.sub(e.add(inverse)).add(one);
            sum = sum.blend(one.sub(inverse).sub(e.sub(r)), k.compare(LT, broadcast(S, 20)));
            sum.reinterpretAsLongs().add(power).reinterpretAsDoubles().intoArray(y, yi + j);
        }
    }

    private static DoubleVector polynomial(DoubleVector z) {
        DoubleVector p = z.mul(broadcast(S, Q5)).add(broadcast(S, Q4)).mul(z).add(broadcast(S, Q3)).mul(z).add(broadcast(S, Q2));
        return p.mul(z).add(broadcast(S, Q1)).mul(z).add(broadcast(S, 1));
    }

    private static void logarithms(double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector e = fromArray(S, x, xi + j), one = broadcast(S, 1), zero = broadcast(S, 0), u = e.add(one);
            var halved = e.compare(GE, broadcast(S, HALVED));
            DoubleVector lost = e.sub(u.sub(one)).div(u).add(broadcast(S, LN2_LOW));
            DoubleVector f = e.blend(u.mul(broadcast(S, 0.5)).sub(one), halved);
            DoubleVector low = zero.blend(lost, halved), high = zero.blend(broadcast(S, LN2_HIGH), halved);
            DoubleVector square = f.mul(broadcast(S, 0.5)).mul(f), s = f.div(f.add(broadcast(S, 2))), z = s.mul(s);
            DoubleVector p = z.mul(broadcast(S, L7)).add(broadcast(S, L6)).mul(z).add(broadcast(S, L5)).mul(z).add(broadcast(S, L4));
            p = p.mul(z).add(broadcast(S, L3)).mul(z).add(broadcast(S, L2)).mul(z).add(broadcast(S, L1)).mul(z);
            DoubleVector rest = square.sub(s.mul(square.add(p)).add(low));
            DoubleVector near = square.mul(one.sub(f.mul(broadcast(S, 0.66666666666666666)))).sub(low);
            DoubleVector result = high.sub(rest.blend(near, u.compare(GE, broadcast(S, NEAR_TWO))).sub(f));
            DoubleVector tiny = e.sub(e.mul(e).mul(broadcast(S, 0.5)));
            result.blend(tiny, e.compare(LT, broadcast(S, 0x1p-29))).intoArray(y, yi + j);
        }
    }
}
