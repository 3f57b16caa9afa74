package dev.sunda.examples;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.data.LabelledImages;
import dev.sunda.data.RemoteFile;
import dev.sunda.nn.AdaptiveLogSoftmaxWithLoss;
import dev.sunda.nn.Buffer;
import dev.sunda.nn.Layer;
import dev.sunda.nn.Linear;
import dev.sunda.nn.Loss;
import dev.sunda.nn.MseLoss;
import dev.sunda.nn.RotaryEmbedding;
import dev.sunda.nn.distribution.Uniform;
import dev.sunda.nn.functional.Normalizations.RunningStatistics;
import dev.sunda.optim.ElementwiseOptimizer;
import dev.sunda.optim.Optimizer;
import dev.sunda.optim.RmsProp;
import dev.sunda.optim.Sgd;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Some value of each type a public method takes: by a table, by a constant of the type, by the first of its constructors and
/// factories, its own or those of the class around it, that can be called with samples in turn. Interfaces are implemented by a proxy
/// that gives samples.
final class SampleArguments {
    private final Map<Class<?>, Object> known = new HashMap<>();
    private final Set<Class<?>> inWork = new HashSet<>();

    SampleArguments() {
        known.put(int.class, 1);
        known.put(long.class, 1L);
        known.put(double.class, 0.5);
        known.put(float.class, 0.5f);
        known.put(boolean.class, true);
        known.put(byte.class, (byte) 1);
        known.put(short.class, (short) 1);
        known.put(char.class, 'a');
        known.put(Integer.class, 1);
        known.put(Long.class, 1L);
        known.put(Double.class, 0.5);
        known.put(Number.class, 0.5);
        known.put(Boolean.class, true);
        known.put(Object.class, "sample");
        known.put(String.class, "sample");
        known.put(CharSequence.class, "sample");
        known.put(Path.class, Path.of("pom.xml", "no folder"));     // where nothing can be made
        known.put(Class.class, Object.class);
        known.put(Throwable.class, new IllegalStateException("sample"));
        known.put(Shape.class, Shape.of(2, 3));
        known.put(DType.class, DType.F32);
        known.put(Device.class, Device.CPU);
        known.put(Rng.class, new Rng(1));
        known.put(Tensor.class, Tensor.ones(2, 3));
        known.put(Variable.class, Variable.of(Tensor.ones(2, 3)));
        known.put(Parameter.class, new Parameter(Tensor.ones(2, 3)));
        known.put(Layer.class, new Linear(3, 2, new Rng(1)));
        known.put(Loss.class, new MseLoss());
        known.put(Buffer.class, new Buffered().buffer);
        known.put(AdaptiveLogSoftmaxWithLoss.class, new AdaptiveLogSoftmaxWithLoss(4, 6, List.of(2), new Rng(1)));
        known.put(RotaryEmbedding.class, new RotaryEmbedding(2));
        known.put(RunningStatistics.class, new RunningStatistics(Tensor.zeros(3), Tensor.ones(3)));
        known.put(Uniform.class, new Uniform(Variable.of(Tensor.zeros(3)), Variable.of(Tensor.ones(3))));
        known.put(Optimizer.class, new Sgd(List.of(new Parameter(Tensor.ones(2))), 0.1));
        known.put(ElementwiseOptimizer.class, new RmsProp(List.of(new Parameter(Tensor.ones(2))), 0.1));
        known.put(RemoteFile.class, RemoteFile.sha256("none", "0".repeat(64)));
        known.put(LabelledImages.class, new LabelledImages(new byte[4], new byte[1], Shape.of(1, 2, 2), List.of("none")));
    }

    /// Only layers make buffers.
    private static final class Buffered extends Layer {
        private final Buffer buffer = buffer("numbers", Tensor.ones(2, 3));

        @Override
        protected Variable compute(Variable x) {
            return x;
        }
    }

    /// A sample, or null if none was found.
    Object of(Type type) {
        return switch (type) {
            case Class<?> raw -> ofClass(raw);
            case ParameterizedType generic -> ofGeneric(generic);
            case GenericArrayType array -> array(raw(array.getGenericComponentType()));
            case TypeVariable<?> variable -> of(variable.getBounds()[0]);
            case WildcardType wildcard -> of(wildcard.getUpperBounds()[0]);
            default -> null;
        };
    }

    private Object ofGeneric(ParameterizedType type) {
        Class<?> raw = (Class<?>) type.getRawType();
        Type[] arguments = type.getActualTypeArguments();
        if (raw.isAssignableFrom(List.class) && Iterable.class.isAssignableFrom(raw)) {
            Object element = of(arguments[0]);
            return element == null ? null : new ArrayList<>(List.of(element));
        }
        if (raw == Set.class)
            return new HashSet<>(List.of(of(arguments[0])));
        if (raw == Map.class)
            return new HashMap<>(Map.of(of(arguments[0]), of(arguments[1])));
        if (raw == Optional.class)
            return Optional.of(of(arguments[0]));
        return ofClass(raw);
    }

    private static Class<?> raw(Type type) {
        return switch (type) {
            case Class<?> raw -> raw;
            case ParameterizedType generic -> (Class<?>) generic.getRawType();
            case TypeVariable<?> variable -> raw(variable.getBounds()[0]);
            default -> Object.class;
        };
    }

    private Object ofClass(Class<?> type) {
        Object found = known.get(type);
        if (found != null || !inWork.add(type))
            return found;
        try {
            found = type.isArray() ? array(type.componentType()) : make(type);
            if (found != null)
                known.put(type, found);
            return found;
        } finally {
            inWork.remove(type);
        }
    }

    private Object array(Class<?> component) {
        Object element = ofClass(component);
        if (element == null)
            return null;
        Object array = Array.newInstance(component, 1);
        Array.set(array, 0, element);
        return array;
    }

    private Object make(Class<?> type) {
        if (type.isEnum())
            return type.getEnumConstants()[0];
        Object found = constant(type);
        if (found == null)
            found = call(type);
        if (found == null && type.isInterface() && !type.isSealed())
            found = Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, answers());
        if (found == null && type.isSealed())
            for (Class<?> kind : type.getPermittedSubclasses())
                if (found == null && Modifier.isPublic(kind.getModifiers()))
                    found = ofClass(kind);
        return found;
    }

    private static Object constant(Class<?> type) {
        for (Field field : type.getFields())
            if (Modifier.isStatic(field.getModifiers()) && type.isAssignableFrom(field.getType()))
                try {
                    return field.get(null);
                } catch (IllegalAccessException _) {
                    // not for us
                }
        return null;
    }

    private Object call(Class<?> type) {
        var ways = new ArrayList<Executable>();
        if (!Modifier.isAbstract(type.getModifiers()))
            ways.addAll(List.of(type.getConstructors()));
        for (Class<?> maker = type; maker != null; maker = maker.getEnclosingClass())
            for (Method method : maker.getDeclaredMethods())
                if (Modifier.isStatic(method.getModifiers()) && Modifier.isPublic(method.getModifiers())
                        && type.isAssignableFrom(method.getReturnType()))
                    ways.add(method);
        ways.sort(Comparator.comparingInt(Executable::getParameterCount).thenComparing(Executable::toString));
        for (Executable way : ways) {
            Object[] arguments = Arrays.stream(way.getGenericParameterTypes()).map(this::of).toArray();
            if (Arrays.asList(arguments).contains(null))
                continue;
            try {
                return way instanceof Method method ? method.invoke(null, arguments)
                        : ((Constructor<?>) way).newInstance(arguments);
            } catch (ReflectiveOperationException _) {
                // the next one
            }
        }
        return null;
    }

    private InvocationHandler answers() {
        return (proxy, method, arguments) -> method.isDefault() ? InvocationHandler.invokeDefault(proxy, method, arguments)
                : switch (method.getName()) {
                    case "hashCode" -> 1;
                    case "equals" -> proxy == arguments[0];
                    case "toString" -> "sample";
                    default -> method.getReturnType() == void.class ? null : of(method.getReturnType());
                };
    }
}
