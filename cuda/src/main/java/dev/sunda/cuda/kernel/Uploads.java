package dev.sunda.cuda.kernel;

import dev.sunda.core.type.DType;
import dev.sunda.cuda.memory.DeviceStorage;
import dev.sunda.cuda.memory.Transfers;

/// Small arrays of the host that kernels read. What a recording reads is there at every replay, until the recording is given back.
final class Uploads {
    private final Gpu gpu;
    private final Transfers transfers;

    Uploads(Gpu gpu, Transfers transfers) {
        this.gpu = gpu;
        this.transfers = transfers;
    }

    DeviceStorage upload(int[] words) {
        DeviceStorage storage = DeviceStorage.forUpload(gpu.device(), gpu.memory(), DType.I32, words.length);
        transfers.uploadAside(words, storage);
        return storage;
    }
}
