package dev.sunda.cuda.ptx;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Makes instructions out of functions on one lane: a loop over the lanes around a call of the function.
///
/// A single loop class for all functions would be slow: its call site would see every function there is and inline none. So each function
/// gets its own copy of the loop, a hidden class that holds the function in a constant; the JIT compiler inlines it and keeps the loop
/// free of calls. The loops are written by the class-file API from the signature of the function: `int` stands for a register of up to 32
/// bits, `long` for one of 64, `boolean` for a predicate.
final class LaneLoops {
    interface I1 {
        int of(int a);
    }

    interface I2 {
        int of(int a, int b);
    }

    interface I3 {
        int of(int a, int b, int c);
    }

    interface I4 {
        int of(int a, int b, int c, int d);
    }

    interface L1 {
        long of(long a);
    }

    interface L2 {
        long of(long a, long b);
    }

    interface L3 {
        long of(long a, long b, long c);
    }

    interface IntToLong {
        long of(int a);
    }

    interface LongToInt {
        int of(long a);
    }

    interface Widening2 {
        long of(int a, int b);
    }

    interface Widening3 {
        long of(int a, int b, long c);
    }

    interface LongShift {
        long of(long a, int b);
    }

    interface LongField {
        long of(long a, int b, int c);
    }

    interface LongInsert {
        long of(long a, long b, int c, int d);
    }

    interface IntTest1 {
        boolean of(int a);
    }

    interface LongTest1 {
        boolean of(long a);
    }

    interface IntTest {
        boolean of(int a, int b);
    }

    interface LongTest {
        boolean of(long a, long b);
    }

    interface IntChoice {
        int of(int a, int b, boolean p);
    }

    interface LongChoice {
        long of(long a, long b, boolean p);
    }

    interface IntSlct {
        long of(long a, long b, int c);
    }

    private static final String PACKAGE = LaneLoops.class.getPackageName();
    private static final ClassDesc OP = Op.class.describeConstable().orElseThrow();
    private static final ClassDesc WARP = Warp.class.describeConstable().orElseThrow();
    private static final ClassDesc SELF = ClassDesc.of(PACKAGE + ".LaneLoop");
    private static final ClassDesc INTS = ConstantDescs.CD_int.arrayType();
    private static final ClassDesc LONGS = ConstantDescs.CD_long.arrayType();
    private static final Map<String, Constructor<?>> MADE = new ConcurrentHashMap<>();

    private static final int W = 1;
    private static final int MASK = 2;
    private static final int LANE = 3;
    private static final int REST = 4;
    private static final int OPERANDS = 5;

    private LaneLoops() {
    }

    /// The kinds of registers a function takes: of its result, then of its operands; `I` up to 32 bits, `J` 64 bits, `Z` a predicate.
    static String kinds(Object function) {
        Method method = method(function.getClass().getInterfaces()[0]);
        StringBuilder kinds = new StringBuilder(desc(method.getReturnType()).descriptorString());
        for (ClassDesc operand : descs(method)) {
            kinds.append(operand.descriptorString());
        }
        return kinds.toString();
    }

    private static Method method(Class<?> type) {
        return type.getDeclaredMethods()[0];
    }

    private static ClassDesc desc(Class<?> type) {
        return type.describeConstable().orElseThrow();
    }

    private static ClassDesc[] descs(Method method) {
        Class<?>[] types = method.getParameterTypes();
        ClassDesc[] result = new ClassDesc[types.length];
        for (int i = 0; i < types.length; i++) {
            result[i] = desc(types[i]);
        }
        return result;
    }

    /// An instruction that applies the function to each active lane.
    ///
    /// @param name     identifies the function: the same name means the same function
    /// @param function one of the interfaces of this class
    /// @param slots    destination, then operands: indices of registers of the kinds the function takes
    static Op of(String name, Object function, int... slots) {
        try {
            return (Op) MADE.computeIfAbsent(name, key -> define(function)).newInstance((Object) slots);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Constructor<?> define(Object function) {
        Class<?> type = function.getClass().getInterfaces()[0];
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup().defineHiddenClassWithClassData(bytes(type), function, true);
            return lookup.lookupClass().getDeclaredConstructor(int[].class);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(Class<?> type) {
        Method method = method(type);
        int slots = 1 + method.getParameterCount();
        return ClassFile.of().build(SELF, c -> {
            c.withSuperclass(OP).withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER);
            c.withField("F", desc(type), ClassFile.ACC_STATIC | ClassFile.ACC_FINAL | ClassFile.ACC_PRIVATE);
            for (int k = 0; k < slots; k++) {
                c.withField("s" + k, ConstantDescs.CD_int, ClassFile.ACC_FINAL | ClassFile.ACC_PRIVATE);
            }
            c.withMethodBody("<clinit>", ConstantDescs.MTD_void, ClassFile.ACC_STATIC, b -> initialise(b, desc(type)));
            c.withMethodBody("<init>", MethodTypeDesc.of(ConstantDescs.CD_void, INTS), 0, b -> construct(b, slots));
            c.withMethodBody("run", MethodTypeDesc.of(ConstantDescs.CD_void, WARP, ConstantDescs.CD_int), 0,
                    b -> new Loop(b, method).run());
        });
    }

    private static void initialise(CodeBuilder b, ClassDesc type) {
        ClassDesc lookup = ConstantDescs.CD_MethodHandles_Lookup;
        b.invokestatic(ConstantDescs.CD_MethodHandles, "lookup", MethodTypeDesc.of(lookup));
        b.ldc("_").ldc(type);
        b.invokestatic(ConstantDescs.CD_MethodHandles, "classData",
                MethodTypeDesc.of(ConstantDescs.CD_Object, lookup, ConstantDescs.CD_String, ConstantDescs.CD_Class));
        b.checkcast(type).putstatic(SELF, "F", type).return_();
    }

    private static void construct(CodeBuilder b, int slots) {
        b.aload(0).invokespecial(OP, "<init>", ConstantDescs.MTD_void);
        for (int k = 0; k < slots; k++) {
            b.aload(0).aload(1).loadConstant(k).iaload().putfield(SELF, "s" + k, ConstantDescs.CD_int);
        }
        b.return_();
    }

    /// Writes `run`: one loop over all 32 lanes and one over the set bits of the mask.
    private record Loop(CodeBuilder b, Method method) {
        void run() {
            boolean test = method.getReturnType() == boolean.class;
            loadOperands(test);
            Label masked = b.newLabel();
            Label end = b.newLabel();
            b.iload(MASK).iconst_m1().if_icmpne(masked);
            full();
            b.goto_(end);
            b.labelBinding(masked);
            some();
            b.labelBinding(end);
            if (test) {
                storePredicate();
            }
            b.return_();
        }

        private void loadOperands(boolean test) {
            for (int k = 0; k <= method.getParameterCount(); k++) {
                Class<?> kind = k == 0 ? method.getReturnType() : method.getParameterTypes()[k - 1];
                if (kind == boolean.class) {
                    if (k == 0 && test) {
                        b.iconst_0();
                    } else {
                        b.aload(W).getfield(WARP, "p", INTS).aload(0).getfield(SELF, "s" + k, ConstantDescs.CD_int).iaload();
                    }
                    b.istore(OPERANDS + k);
                } else {
                    boolean wide = kind == long.class;
                    b.aload(W).getfield(WARP, wide ? "l" : "i", (wide ? LONGS : INTS).arrayType());
                    b.aload(0).getfield(SELF, "s" + k, ConstantDescs.CD_int).aaload().astore(OPERANDS + k);
                }
            }
        }

        private void full() {
            Label top = b.newLabel();
            Label end = b.newLabel();
            b.iconst_0().istore(LANE);
            b.labelBinding(top);
            b.iload(LANE).bipush(32).if_icmpge(end);
            lane();
            b.iinc(LANE, 1).goto_(top);
            b.labelBinding(end);
        }

        private void some() {
            Label top = b.newLabel();
            Label end = b.newLabel();
            b.iload(MASK).istore(REST);
            b.labelBinding(top);
            b.iload(REST).ifeq(end);
            b.iload(REST).invokestatic(ConstantDescs.CD_Integer, "numberOfTrailingZeros",
                    MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int)).istore(LANE);
            lane();
            b.iload(REST).iload(REST).iconst_1().isub().iand().istore(REST).goto_(top);
            b.labelBinding(end);
        }

        private void lane() {
            Class<?> result = method.getReturnType();
            ClassDesc type = desc(method.getDeclaringClass());
            if (result != boolean.class) {
                b.aload(OPERANDS).iload(LANE);
            }
            b.getstatic(SELF, "F", type);
            for (int k = 1; k <= method.getParameterCount(); k++) {
                operand(method.getParameterTypes()[k - 1], OPERANDS + k);
            }
            b.invokeinterface(type, method.getName(), MethodTypeDesc.of(desc(result), descs(method)));
            if (result == boolean.class) {
                b.iload(LANE).ishl().iload(OPERANDS).ior().istore(OPERANDS);
            } else if (result == long.class) {
                b.lastore();
            } else {
                b.iastore();
            }
        }

        private void operand(Class<?> kind, int local) {
            if (kind == boolean.class) {
                b.iload(local).iload(LANE).iushr().iconst_1().iand();
            } else if (kind == long.class) {
                b.aload(local).iload(LANE).laload();
            } else {
                b.aload(local).iload(LANE).iaload();
            }
        }

        private void storePredicate() {
            b.aload(W).getfield(WARP, "p", INTS).aload(0).getfield(SELF, "s0", ConstantDescs.CD_int);
            b.aload(W).getfield(WARP, "p", INTS).aload(0).getfield(SELF, "s0", ConstantDescs.CD_int).iaload();
            b.iload(MASK).iconst_m1().ixor().iand().iload(OPERANDS).ior().iastore();
        }
    }
}
