package dev.sunda.examples;

import dev.sunda.autograd.LinearAlgebra;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import java.io.IOException;
import java.lang.module.ModuleReader;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Calls everything a module publishes with null in the place of one argument, or of an element of one, and tells which calls do not
/// answer with an error that says so: *operation: x is null*, perhaps with a remedy. The other arguments come from [SampleArguments]; they
/// need not fit together, since null is refused first.
///
/// Of operands less is asked: they must not be taken, but it may be Java that refuses them. These are tensors, variables and lists of them
/// in the place of any argument but a constructor's; everything that methods of `Tensor` and `Variable` take, and kernels; numbers for each
/// axis.
final class NullProbe {
    private static final Pattern SAYS_SO = Pattern.compile("(?!Cannot )[^:]+: .*(\\bis null(; .+)?|\\(got null\\).*)", Pattern.DOTALL);
    private static final Pattern OPERAND =
            Pattern.compile("(java\\.util\\.(List|Map)<.*)?(\\? extends )?dev\\.sunda[a-z.]*\\.(Tensor|Variable|Parameter)\\b[^<]*");
    private static final Set<String> OPERATORS = Set.of("dev.sunda.core.kernel", "dev.sunda.core.op");
    private static final Set<String> CHECKED = Set.of("dev.sunda.optim", "dev.sunda.data");

    private final SampleArguments samples = new SampleArguments();
    private final List<Class<?>> types;
    private final Predicate<String> leftOut;
    private final Set<Class<?>> taken = new HashSet<>();
    private final Map<String, String> findings = new TreeMap<>();
    private int calls;

    /// @param leftOut packages that are published for another reason than to be called
    NullProbe(String module, Predicate<String> leftOut) throws IOException {
        this.leftOut = leftOut;
        types = publicTypes(module);
        for (Class<?> type : types)
            for (Executable executable : executables(type))
                if (!(executable instanceof Constructor && type.isRecord()))
                    Arrays.stream(executable.getGenericParameterTypes()).forEach(this::take);
    }

    private void take(Type type) {
        switch (type) {
            case Class<?> raw -> taken.add(raw.isArray() ? raw.componentType() : raw);
            case ParameterizedType generic -> Arrays.stream(generic.getActualTypeArguments()).forEach(this::take);
            default -> {
            }
        }
    }

    /// What was found, by place: `Type.method.parameter`.
    Map<String, String> run() {
        for (Class<?> type : types)
            for (Executable executable : executables(type))
                probe(executable);
        return findings;
    }

    int calls() {
        return calls;
    }

    private List<Class<?>> publicTypes(String name) throws IOException {
        Module module = ModuleLayer.boot().findModule(name).orElseThrow();
        var found = new ArrayList<Class<?>>();
        try (ModuleReader reader = module.getLayer().configuration().findModule(name).orElseThrow().reference().open()) {
            for (String file : (Iterable<String>) reader.list().sorted()::iterator) {
                if (!file.endsWith(".class") || file.endsWith("-info.class"))
                    continue;
                Class<?> type = Class.forName(module, file.substring(0, file.length() - 6).replace('/', '.'));
                if (module.isExported(type.getPackageName()) && !leftOut.test(type.getPackageName()) && isPublic(type))
                    found.add(type);
            }
        }
        return found;
    }

    /// Whether it is not about a call of a user: results are made by the methods that give them, a message that is null is no reason to
    /// hide the error it belongs to, and who writes an operation gives its name to what it uses.
    private boolean isNoCall(Executable executable) {
        Class<?> type = executable.getDeclaringClass();
        return executable instanceof Constructor && type.isRecord() && !taken.contains(type) || Throwable.class.isAssignableFrom(type)
                || Arrays.stream(executable.getParameters()).anyMatch(parameter -> parameter.getName().equals("operation"));
    }

    private static boolean isOperand(Executable executable, int at) {
        Class<?> type = executable.getDeclaringClass();
        if (OPERATORS.contains(type.getPackageName()))
            return true;
        if (executable instanceof Constructor || CHECKED.contains(type.getPackageName()))
            return false;
        boolean method = !Modifier.isStatic(executable.getModifiers()) && (type == Tensor.class || type == Variable.class);
        boolean axes = type.getPackageName().equals("dev.sunda.nn.functional") && executable.getParameterTypes()[at].isArray();
        return method || axes || type == LinearAlgebra.class || OPERAND.matcher(executable.getGenericParameterTypes()[at].getTypeName())
                .matches();
    }

    private static boolean isPublic(Class<?> type) {
        return Modifier.isPublic(type.getModifiers()) && (type.getEnclosingClass() == null || isPublic(type.getEnclosingClass()));
    }

    private static List<Executable> executables(Class<?> type) {
        var all = new ArrayList<Executable>();
        if (!Modifier.isAbstract(type.getModifiers()))
            all.addAll(List.of(type.getConstructors()));
        for (Method method : type.getDeclaredMethods())
            if (Modifier.isPublic(method.getModifiers()) && !method.isSynthetic() && !Modifier.isAbstract(method.getModifiers())
                    && !method.getName().equals("equals") && !(type.isEnum() && method.getName().equals("valueOf")))
                all.add(method);
        return all;
    }

    private void probe(Executable executable) {
        if (isNoCall(executable))
            return;
        Parameter[] parameters = executable.getParameters();
        for (int i = 0; i < parameters.length; i++) {
            if (parameters[i].getType().isPrimitive())
                continue;
            String place = place(executable, parameters[i]);
            call(place, executable, i, null);
            Object hole = hole(parameters[i]);
            if (hole != null)
                call(place + "[]", executable, i, hole);
        }
    }

    static String place(Executable executable, Parameter parameter) {
        Class<?> type = executable.getDeclaringClass();
        String name = type.getName().substring(type.getPackageName().length() + 1).replace('$', '.');
        return name + (executable instanceof Constructor ? "" : "." + executable.getName()) + "(" + parameter.getName() + ")";
    }

    /// A collection, array or map with a null in it, or null if the parameter takes none.
    private Object hole(Parameter parameter) {
        Class<?> type = parameter.getType();
        if (type.isArray() && !type.componentType().isPrimitive())
            return Array.newInstance(type.componentType(), 1);
        if (Collection.class.isAssignableFrom(type) && type.isAssignableFrom(List.class))
            return Collections.singletonList(null);
        if (type == Map.class)
            return Collections.singletonMap(samples.of(((ParameterizedType) parameter.getParameterizedType()).getActualTypeArguments()[0]),
                    null);
        return null;
    }

    private void noSample(String place, Executable executable, Type of) {
        if (!OPERATORS.contains(executable.getDeclaringClass().getPackageName()))
            findings.put(place, "no sample of " + of + "; give one to SampleArguments");
    }

    private void call(String place, Executable executable, int at, Object value) {
        Object[] arguments = Arrays.stream(executable.getGenericParameterTypes()).map(samples::of).toArray();
        for (int i = 0; i < arguments.length; i++)
            if (arguments[i] == null && i != at) {
                noSample(place, executable, executable.getGenericParameterTypes()[i]);
                return;
            }
        arguments[at] = value;
        calls++;
        try {
            if (executable instanceof Method method) {
                Object target = Modifier.isStatic(method.getModifiers()) ? null : samples.of(method.getDeclaringClass());
                if (target == null && !Modifier.isStatic(method.getModifiers())) {
                    noSample(place, executable, method.getDeclaringClass());
                    return;
                }
                method.invoke(target, arguments);
            } else {
                ((Constructor<?>) executable).newInstance(arguments);
            }
            findings.put(place, "takes null");
        } catch (InvocationTargetException e) {
            Throwable thrown = e.getCause();
            boolean saysSo = (thrown instanceof NullPointerException || thrown instanceof IllegalArgumentException)
                    && thrown.getMessage() != null && SAYS_SO.matcher(thrown.getMessage()).matches();
            if (!saysSo && !isOperand(executable, at))
                findings.put(place, "ends in " + thrown);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            findings.put(place, "cannot be called: " + e);
        }
    }
}
