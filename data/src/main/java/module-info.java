/// Data sets, file formats and prefetching loaders.
module dev.sunda.data {
    requires transitive dev.sunda.core;
    // Not transitive, although two methods take a BufferedImage: java.awt has a List and a Shape of its own, which would make the usual
    // ones ambiguous to everybody who writes `import module dev.sunda.data`.
    requires java.desktop;
    requires java.net.http;

    exports dev.sunda.data;
}
