/// Data sets, file formats and prefetching loaders.
module dev.sunda.data {
    requires transitive dev.sunda.core;
    requires transitive java.desktop;
    requires java.net.http;

    exports dev.sunda.data;
}
