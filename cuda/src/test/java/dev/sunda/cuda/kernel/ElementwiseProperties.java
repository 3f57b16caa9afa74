package dev.sunda.cuda.kernel;

import static dev.sunda.cuda.kernel.TwoDevices.CPU;
import static dev.sunda.cuda.kernel.TwoDevices.REFERENCE;

import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.ParametricOp;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.op.Term;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/// Views of any strides, empty ones among them: elements are found where they lie, and nothing else is touched.
class ElementwiseProperties {
    private static final DType[] TYPES = DType.values();

    @Property(tries = 60)
    void copies(@ForAll int seed) {
        var devices = new TwoDevices(REFERENCE, seed);
        Shape shape = devices.shape();
        DType from = TYPES[devices.between(0, 4)];
        DType to = devices.between(0, 2) == 0 ? TYPES[devices.between(0, 4)] : from;
        devices.with(from, devices.source(shape)).with(to, devices.layout(shape)).compare(0, (backend, x) -> backend.copy(x[0], x[1]));
    }

    @Property(tries = 40)
    void selections(@ForAll int seed) {
        var devices = new TwoDevices(REFERENCE, seed);
        Shape shape = devices.shape();
        DType dtype = TYPES[devices.between(0, 4)];
        devices.with(DType.BOOL, devices.source(shape)).with(dtype, devices.source(shape)).with(dtype, devices.source(shape))
                .with(dtype, devices.layout(shape)).compare(0, (backend, x) -> backend.where(x[0], x[1], x[2], x[3]));
    }

    @Property(tries = 40)
    void functionsOfOneTensor(@ForAll int seed) {
        var devices = new TwoDevices(REFERENCE, seed);
        Shape shape = devices.shape();
        DType dtype = floating(devices);
        var function = devices.between(0, 1) == 0 ? ParametricOp.leakyRelu(0.5) : UnaryOp.SQUARE;
        devices.with(dtype, devices.source(shape)).with(dtype, devices.layout(shape))
                .compare(0, (backend, x) -> backend.unary(function, x[0], x[1]));
        devices.with(dtype, devices.source(shape)).with(dtype, devices.source(shape)).with(dtype, devices.layout(shape))
                .compare(0, (backend, x) -> backend.unaryBackward(function, x[0], x[1], x[2]));
    }

    @Property(tries = 60)
    void functionsOfTwoTensors(@ForAll int seed) {
        var devices = new TwoDevices(REFERENCE, seed);
        Shape shape = devices.shape();
        DType dtype = TYPES[devices.between(0, 4)];
        BinaryOp op = new BinaryOp[] {BinaryOp.ADD, BinaryOp.MAXIMUM, BinaryOp.LT}[devices.between(0, 2)];
        devices.with(dtype, devices.source(shape)).with(dtype, devices.source(shape))
                .with(op.isComparison() ? DType.BOOL : dtype, devices.layout(shape))
                .compare(0, (backend, x) -> backend.binary(op, x[0], x[1], x[2]));
    }

    @Property(tries = 30)
    void randomNumbers(@ForAll int seed) {
        var devices = new TwoDevices(REFERENCE, seed);
        Shape shape = devices.shape();
        DType dtype = floating(devices);
        var key = new RandomKey(seed, devices.between(0, 1000));
        devices.with(dtype, devices.layout(shape)).compare(0, (backend, x) -> backend.uniform(key, x[0]));
        devices.with(dtype, devices.source(shape)).with(dtype, devices.layout(shape))
                .compare(0, (backend, x) -> backend.dropout(key, 0.25, x[0], x[1]));
    }

    @Property(tries = 30)
    void formulas(@ForAll int seed) {
        DType dtype = seed % 3 == 0 ? DType.F64 : DType.F32;
        var devices = new TwoDevices(dtype == DType.F32 ? CPU : REFERENCE, seed);
        Shape shape = devices.shape();
        Term p = Term.tensor(0);
        Term m = Term.tensor(2);
        var formula = new Formula().assign(2, Term.tensor(1).sub(m)).assign(0, p.mul(m).choose(p.maximum(m), Term.of(0.5)));
        devices.with(dtype, devices.layout(shape)).with(dtype, devices.source(shape)).with(dtype, devices.layout(shape))
                .compare(0, (backend, x) -> backend.formula(formula, x));
    }

    private static DType floating(TwoDevices devices) {
        return devices.between(0, 2) == 0 ? DType.F64 : DType.F32;
    }
}
