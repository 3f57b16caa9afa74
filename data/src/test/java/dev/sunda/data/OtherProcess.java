package dev.sunda.data;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Run by a test in a process of its own: holds a lock and, when told to, puts a finished file into its place. Needs no other class.
final class OtherProcess {
    private OtherProcess() {
    }

    /// @param args the lock file, the finished file, its place
    public static void main(String[] args) throws IOException {
        try (var channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var _ = channel.lock()) {
            System.out.println("locked");
            if (System.in.read() >= 0)
                Files.move(Path.of(args[1]), Path.of(args[2]));
        }
    }
}
