package dev.sunda.examples.console;

/// Which Sunda and which Java run.
public final class Version {
    private Version() {
    }

    /// Version of the Sunda jars, or `development` when run from class files.
    public static String sunda() {
        Module module = Version.class.getModule();
        return module.isNamed() ? module.getDescriptor().rawVersion().orElse("development") : "development";
    }

    /// Version of the Java virtual machine, for example `25.0.1`.
    public static String java() {
        return System.getProperty("java.version");
    }
}
