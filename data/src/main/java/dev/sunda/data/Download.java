package dev.sunda.data;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32;

/// Fetches files into a cache directory, once.
///
/// A file is fetched into a `.part` file beside its place, checked, and renamed in one step, so a file under its own name is always whole.
/// What has arrived before an interruption, a time-out or the end of the process is not fetched again: the next call continues there, if
/// the server can. Each mirror has a `.part` file of its own, since mirrors may compress differently. Several threads and processes
/// may fetch the same file at the same time; one of them does the work. Lock files stay in the directory and mean nothing.
public final class Download {
    /// Bytes a file may have at most, 2^31.
    public static final long MAX_BYTES = 1L << 31;
    private static final ConcurrentHashMap<Path, ReentrantLock> LOCKS = new ConcurrentHashMap<>();

    private final RemoteFile file;
    private final Path directory;
    private final Options options;

    /// Is told how far a download has come, from the thread that called. An exception thrown here ends the download; what has arrived is
    /// kept.
    @FunctionalInterface
    public interface Progress {
        /// @param file  name of the file
        /// @param done  bytes that have arrived
        /// @param total bytes in all, or -1 if the server does not say
        void update(String file, long done, long total);
    }

    /// How patient a download is.
    ///
    /// @param attempts how often each mirror is tried, at least 1
    /// @param timeout  longest silence of a server, more than 0
    /// @param backOff  pause before the second attempt; doubles with each further one
    /// @param progress is told how far the download has come
    public record Options(int attempts, Duration timeout, Duration backOff, Progress progress) {
        /// Four attempts, 30 seconds of silence, a first pause of one second, no progress.
        public static final Options DEFAULT = new Options(4, Duration.ofSeconds(30), Duration.ofSeconds(1), (_, _, _) -> {});

        public Options {
            Objects.requireNonNull(timeout, "Download: timeout is null");
            Objects.requireNonNull(backOff, "Download: backOff is null");
            Objects.requireNonNull(progress, "Download: progress is null");
            if (attempts < 1)
                throw new IllegalArgumentException("Download: attempts must be at least 1 (got " + attempts + ")");
            if (!timeout.isPositive())
                throw new IllegalArgumentException("Download: timeout must be positive (got " + timeout + ")");
            if (backOff.isNegative())
                throw new IllegalArgumentException("Download: back-off must not be negative (got " + backOff + ")");
            Objects.requireNonNull(progress, "Download: progress is null");
        }

        /// These options with another listener.
        public Options withProgress(Progress progress) {
            return new Options(attempts, timeout, backOff, progress);
        }
    }

    private Download(RemoteFile file, Path directory, Options options) {
        this.file = file;
        this.directory = directory;
        this.options = options;
    }

    /// Where downloaded data is kept: the system property `sunda.cache`, otherwise the environment variable `SUNDA_CACHE`, otherwise
    /// `.cache/sunda` in the home directory. The directory need not exist.
    public static Path cacheDirectory() {
        return cacheDirectory(System.getProperty("sunda.cache"), System.getenv("SUNDA_CACHE"), System.getProperty("user.home"));
    }

    static Path cacheDirectory(String property, String variable, String home) {
        if (property != null && !property.isBlank())
            return Path.of(property);
        if (variable != null && !variable.isBlank())
            return Path.of(variable);
        return Path.of(home, ".cache", "sunda");
    }

    /// The file in the directory, fetched from one of the mirrors unless it is there already with the right digest.
    ///
    /// @param mirrors   addresses of folders, best first
    /// @param directory created if it does not exist
    /// @throws DataException if no mirror delivers the file, the directory cannot be written, or the thread is interrupted
    public static Path fetch(RemoteFile file, List<URI> mirrors, Path directory, Options options) {
        Objects.requireNonNull(file, "Download.fetch: file is null");
        Objects.requireNonNull(mirrors, "Download.fetch: mirrors is null");
        mirrors.forEach(mirror -> Objects.requireNonNull(mirror, "Download.fetch: a mirror is null"));
        Objects.requireNonNull(directory, "Download.fetch: directory is null; use Download.cacheDirectory()");
        Objects.requireNonNull(options, "Download.fetch: options is null; use Options.DEFAULT");
        if (mirrors.isEmpty())
            throw new IllegalArgumentException("Download: there must be at least one mirror (got none)");
        Path target = directory.toAbsolutePath().normalize().resolve(file.name());
        ReentrantLock lock = LOCKS.computeIfAbsent(target, _ -> new ReentrantLock());     // a file lock serves processes, not threads
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            throw cancelled(file.name(), e);
        }
        try {
            return new Download(file, target.getParent(), options).run(List.copyOf(mirrors), target);
        } catch (InterruptedException e) {
            throw cancelled(file.name(), e);
        } catch (IOException e) {
            throw Thread.currentThread().isInterrupted() ? cancelled(file.name(), e) : new DataException(file.name()
                    + ": cannot be stored in "
                    + directory + ": " + e, e);
        } finally {
            lock.unlock();
        }
    }

    private static DataException cancelled(String name, Exception cause) {
        Thread.currentThread().interrupt();
        return new DataException(name + ": download interrupted; what has arrived is kept and the next download continues there", cause);
    }

    private Path run(List<URI> mirrors, Path target) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        try (var channel = FileChannel.open(directory.resolve(file.name() + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var _ = channel.lock()) {
            if (Files.exists(target) && file.problemOf(target).isEmpty())
                return target;
            Path part = fetchPart(mirrors);
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            deleteParts();
            return target;
        }
    }

    /// Goes through the mirrors in rounds; the pause between two rounds doubles.
    private Path fetchPart(List<URI> mirrors) throws IOException, InterruptedException {
        var left = new ArrayList<Mirror>();
        for (URI mirror : mirrors)
            left.add(new Mirror(mirror, file, directory));
        var all = List.copyOf(left);
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(options.timeout()).build();
        try {
            var transfer = new HttpTransfer(client, options.timeout(), options.progress());
            for (int attempt = 0; attempt < options.attempts() && !left.isEmpty(); attempt++) {
                if (attempt > 0)
                    Thread.sleep(options.backOff().multipliedBy(1L << Math.min(attempt - 1, 10)));
                for (Mirror mirror : List.copyOf(left))
                    switch (mirror.attempt(transfer, options.attempts())) {
                    case DONE -> {
                        return mirror.part();
                    }
                    case HOPELESS -> left.remove(mirror);
                    case FAILED -> {
                    }
                    }
            }
        } finally {
            client.shutdownNow();
        }
        var reasons = new StringBuilder();
        for (Mirror mirror : all)
            reasons.append("; ").append(mirror.address()).append(": ").append(mirror.problem());
        throw new DataException(file.name() + ": no mirror delivered the file" + reasons + "; it can also be put into " + directory
                + " by hand");
    }

    private void deleteParts() throws IOException {
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(directory, file.name() + ".*.part")) {
            for (Path part : parts)
                Files.deleteIfExists(part);
        }
    }

    private enum Outcome { DONE, FAILED, HOPELESS }

    /// One source of the file and what has arrived from it.
    private static final class Mirror {
        private final RemoteFile file;
        private final URI address;
        private final Path part;
        private String problem = "";

        Mirror(URI folder, RemoteFile file, Path directory) {
            String base = folder.toString();
            this.file = file;
            this.address = URI.create(base.endsWith("/") ? base + file.name() : base + "/" + file.name());
            var sum = new CRC32();
            sum.update(address.toString().getBytes(StandardCharsets.UTF_8));
            this.part = directory.resolve(file.name() + "." + Long.toHexString(sum.getValue()) + ".part");
        }

        URI address() {
            return address;
        }

        Path part() {
            return part;
        }

        String problem() {
            return problem;
        }

        /// Tries to complete the part file; asks for the rest at once, up to `continuations` times, as long as something arrives.
        Outcome attempt(HttpTransfer transfer, int continuations) throws IOException, InterruptedException {
            long before = size();
            for (int i = 0; i < continuations; i++) {
                long have = size();
                Outcome outcome = request(transfer, before > 0);
                if (outcome != Outcome.FAILED || size() <= have)
                    return outcome;
            }
            return Outcome.FAILED;
        }

        private Outcome request(HttpTransfer transfer, boolean resumed) throws IOException, InterruptedException {
            try {
                transfer.run(address, file.name(), part);
            } catch (HttpTransfer.StatusException e) {
                problem = e.getMessage();
                return e.isFinal() ? Outcome.HOPELESS : Outcome.FAILED;
            } catch (IOException e) {
                if (Thread.currentThread().isInterrupted() || e.getCause() instanceof InterruptedException)
                    throw interrupted(e);
                problem = String.valueOf(e.getMessage() == null ? e : e.getMessage());
                return Outcome.FAILED;
            }
            problem = file.problemOf(part);
            if (problem.isEmpty())
                return Outcome.DONE;
            Files.deleteIfExists(part);
            return resumed ? Outcome.FAILED : Outcome.HOPELESS;          // old bytes may be to blame; fresh ones come from the mirror
        }

        private static InterruptedException interrupted(IOException e) {
            var interrupted = new InterruptedException(e.getMessage());
            interrupted.initCause(e);
            return interrupted;
        }

        private long size() throws IOException {
            return Files.exists(part) ? Files.size(part) : 0;
        }
    }
}
