/// Tensors and the kernels that compute on them. Depends on nothing but the JDK.
module dev.sunda.core {
    requires static jdk.incubator.vector;

    exports dev.sunda.core;
    exports dev.sunda.core.kernel;
    exports dev.sunda.core.op;
    exports dev.sunda.core.parallel;
    exports dev.sunda.core.spi;
    exports dev.sunda.core.type;

    uses dev.sunda.core.spi.BackendProvider;

    provides dev.sunda.core.spi.BackendProvider with
            dev.sunda.core.cpu.CpuBackendProvider,
            dev.sunda.core.reference.ReferenceBackendProvider;
}
