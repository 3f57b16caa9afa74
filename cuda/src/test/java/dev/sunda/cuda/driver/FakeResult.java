package dev.sunda.cuda.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/// A result other than success, on its way out of a function of [FakeDriver].
final class FakeResult extends RuntimeException {
    static final int INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NOT_INITIALIZED = 3, DEINITIALIZED = 4, NO_DEVICE = 100,
            INVALID_DEVICE = 101, INVALID_CONTEXT = 201, INVALID_PTX = 218, INVALID_HANDLE = 400, NOT_FOUND = 500, NOT_READY = 600,
            ILLEGAL_ADDRESS = 700, OUT_OF_RESOURCES = 701,
            NOT_SUPPORTED = 801, CAPTURE_UNSUPPORTED = 900, CAPTURE_INVALIDATED = 901, CAPTURE_ISOLATION = 905,
            CAPTURED_EVENT = 907, UNKNOWN = 999;

    private static final long serialVersionUID = 1;
    private static final Map<Integer, MemorySegment> NAMES = new HashMap<>();
    private static final Map<Integer, MemorySegment> TEXTS = new HashMap<>();

    static {
        define(0, "CUDA_SUCCESS", "no error");
        define(INVALID_VALUE, "CUDA_ERROR_INVALID_VALUE", "invalid argument");
        define(OUT_OF_MEMORY, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory");
        define(NOT_INITIALIZED, "CUDA_ERROR_NOT_INITIALIZED", "initialization error");
        define(DEINITIALIZED, "CUDA_ERROR_DEINITIALIZED", "driver shutting down");
        define(34, "CUDA_ERROR_STUB_LIBRARY", "CUDA driver is a stub library");
        define(46, "CUDA_ERROR_DEVICE_UNAVAILABLE", "CUDA-capable device(s) is/are busy or unavailable");
        define(NO_DEVICE, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected");
        define(INVALID_DEVICE, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal");
        define(INVALID_CONTEXT, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context");
        define(209, "CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device");
        define(INVALID_PTX, "CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed");
        define(221, "CUDA_ERROR_JIT_COMPILER_NOT_FOUND", "PTX JIT compiler library not found");
        define(222, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "the provided PTX was compiled with an unsupported toolchain.");
        define(INVALID_HANDLE, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle");
        define(NOT_FOUND, "CUDA_ERROR_NOT_FOUND", "named symbol not found");
        define(NOT_READY, "CUDA_ERROR_NOT_READY", "device not ready");
        define(ILLEGAL_ADDRESS, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered");
        define(OUT_OF_RESOURCES, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "too many resources requested for launch");
        define(NOT_SUPPORTED, "CUDA_ERROR_NOT_SUPPORTED", "operation not supported");
        define(804, "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE",
                "forward compatibility was attempted on non supported HW");
        define(CAPTURE_UNSUPPORTED, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "operation not permitted when stream is capturing");
        define(CAPTURE_INVALIDATED, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED",
                "operation failed due to a previous error during capture");
        define(CAPTURE_ISOLATION, "CUDA_ERROR_STREAM_CAPTURE_ISOLATION",
                "dependency created on uncaptured work in another stream");
        define(CAPTURED_EVENT, "CUDA_ERROR_CAPTURED_EVENT", "operation not permitted on an event last recorded in a capturing stream");
        define(UNKNOWN, "CUDA_ERROR_UNKNOWN", "unknown error");
    }

    final int result;

    FakeResult(int result) {
        super("result " + result, null, false, false);
        this.result = result;
    }

    private static void define(int result, String name, String text) {
        NAMES.put(result, Arena.global().allocateFrom(name));
        TEXTS.put(result, Arena.global().allocateFrom(text));
    }

    static MemorySegment name(int result) {
        return known(NAMES, result);
    }

    /// The name of a result, or null.
    static String knownName(int result) {
        return NAMES.containsKey(result) ? NAMES.get(result).getString(0) : null;
    }

    static MemorySegment text(int result) {
        return known(TEXTS, result);
    }

    private static MemorySegment known(Map<Integer, MemorySegment> texts, int result) {
        MemorySegment text = texts.get(result);
        if (text == null)
            throw new FakeResult(INVALID_VALUE);
        return text;
    }
}
