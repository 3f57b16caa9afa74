package dev.sunda.core.kernel;

import dev.sunda.core.Backends;
import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A device that computes as the reference backend does and remembers how many updates of parameters each call of it brings.
final class CountingDevice {
    static final Device DEVICE = new Device("counting", 0);

    private static final Backend REFERENCE = Backends.of(Device.REFERENCE);
    private static final List<String> UPDATES = List.of("sgd", "adam", "formulas");
    private static final List<Integer> CALLS = new ArrayList<>();

    static {
        Object backend = Proxy.newProxyInstance(Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, CountingDevice::call);
        open().put(DEVICE, (Backend) backend);
    }

    private CountingDevice() {
    }

    /// Tests run in the module they test, which takes providers of devices from its own declaration alone.
    @SuppressWarnings("unchecked")
    private static Map<Device, Backend> open() {
        try {
            Field open = Backends.class.getDeclaredField("OPEN");
            open.setAccessible(true);
            return (Map<Device, Backend>) open.get(null);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static Object call(Object backend, Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("device"))
            return DEVICE;
        if (method.getName().equals("allocate"))
            return HeapStorage.allocate(DEVICE, (DType) arguments[0], (int) arguments[1]);
        if (method.isDefault())
            return InvocationHandler.invokeDefault(backend, method, arguments);
        if (UPDATES.contains(method.getName()))
            CALLS.add(((List<?>) arguments[0]).size());
        try {
            return method.invoke(REFERENCE, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    /// The number of updates in each call that `work` leads to.
    static List<Integer> calls(Runnable work) {
        CALLS.clear();
        work.run();
        return List.copyOf(CALLS);
    }
}
