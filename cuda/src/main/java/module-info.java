/// NVIDIA GPUs as devices `cuda:0`, `cuda:1` and so on, with nothing installed but their driver.
///
/// Nothing depends on this module: it is found when it is on the path. Native access is needed, `--enable-native-access=dev.sunda.cuda`.
///
/// | property | meaning |
/// |---|---|
/// | `-Dsunda.cuda=off` | GPUs are not looked for |
/// | `-Dsunda.cuda.lib=file` | a driver library to try first |
/// | `-Dsunda.cuda.sync=true` | every launch is waited for, so that an error names its kernel |
/// | `-Dsunda.cuda.paranoid=true` | each tensor has an allocation of its own, filled with NaN at first, for tools that watch memory |
module dev.sunda.cuda {
    requires dev.sunda.core;

    provides dev.sunda.core.spi.BackendProvider with dev.sunda.cuda.CudaBackendProvider;
}
