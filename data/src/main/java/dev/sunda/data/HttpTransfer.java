package dev.sunda.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/// One request that fills a partial file, continuing where the file ends. What has arrived stays in the file, whatever happens.
final class HttpTransfer {
    private static final int OK = 200, PARTIAL_CONTENT = 206, RANGE_NOT_SATISFIABLE = 416;

    private final HttpClient client;
    private final Duration timeout;
    private final Download.Progress progress;

    HttpTransfer(HttpClient client, Duration timeout, Download.Progress progress) {
        this.client = client;
        this.timeout = timeout;
        this.progress = progress;
    }

    /// An answer other than the file.
    static final class StatusException extends IOException {
        private static final long serialVersionUID = 1;
        private final int status;

        StatusException(int status) {
            super("HTTP status " + status);
            this.status = status;
        }

        /// Whether asking again is pointless.
        boolean isFinal() {
            return status >= 300 && status < 500 && status != 408 && status != 425 && status != 429;
        }
    }

    /// Returns normally when the server has sent all it wanted to send.
    void run(URI address, String name, Path part) throws IOException, InterruptedException {
        long have = Files.exists(part) ? Files.size(part) : 0;
        var request = HttpRequest.newBuilder(address).timeout(timeout).header("Accept-Encoding", "identity");
        if (have > 0)
            request.header("Range", "bytes=" + have + "-");
        HttpResponse<InputStream> response = client.send(request.build(), BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            switch (response.statusCode()) {
                case OK -> copy(response, body, name, part, 0);          // from the start, even if we asked for the rest
                case PARTIAL_CONTENT -> {
                    checkRange(response, part, have);
                    copy(response, body, name, part, have);
                }
                case RANGE_NOT_SATISFIABLE -> {                          // nothing is left to send; the digest decides
                }
                default -> throw new StatusException(response.statusCode());
            }
        }
    }

    private static void checkRange(HttpResponse<InputStream> response, Path part, long have) throws IOException {
        String range = response.headers().firstValue("Content-Range").orElse("");
        if (range.startsWith("bytes " + have + "-"))
            return;
        Files.deleteIfExists(part);                                      // the next request asks for the whole file
        throw new IOException("the server sent another part than the one from byte " + have + " (got Content-Range '" + range + "')");
    }

    private void copy(HttpResponse<InputStream> response, InputStream body, String name, Path part, long from) throws IOException {
        long rest = response.headers().firstValueAsLong("Content-Length").orElse(-1);
        long total = rest < 0 ? -1 : from + rest;
        if (total > Download.MAX_BYTES)
            throw new IOException("the server announces " + total + " bytes, more than the " + Download.MAX_BYTES + " accepted");
        try (var channel = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var guard = new StallGuard(body, timeout)) {
            channel.truncate(from).position(from);
            OutputStream out = Channels.newOutputStream(channel);
            var buffer = new byte[1 << 16];
            long done = from;
            progress.update(name, done, total);
            for (int n; (n = guard.read(buffer)) >= 0;) {
                out.write(buffer, 0, n);
                done += n;
                if (done > Download.MAX_BYTES)
                    throw new IOException("the server sends more than the " + Download.MAX_BYTES + " bytes accepted");
                progress.update(name, done, total);
            }
            channel.force(true);
        }
    }

    /// Closes a stream that has given nothing for too long, which wakes up whoever reads from it.
    private static final class StallGuard implements AutoCloseable {
        private final InputStream in;
        private final Duration timeout;
        private final Thread watch;
        private volatile long lastSign = System.nanoTime();
        private volatile boolean stalled;

        StallGuard(InputStream in, Duration timeout) {
            this.in = in;
            this.timeout = timeout;
            this.watch = Thread.ofVirtual().name("sunda-data-stall-guard").start(this::watch);
        }

        int read(byte[] buffer) throws IOException {
            try {
                int n = in.read(buffer);
                lastSign = System.nanoTime();
                return n;
            } catch (IOException e) {
                throw stalled ? new IOException("no data for " + timeout.toMillis() + " ms", e) : e;
            }
        }

        private void watch() {
            try {
                for (long left; (left = timeout.toNanos() - (System.nanoTime() - lastSign)) > 0;)
                    Thread.sleep(Duration.ofNanos(left));
                stalled = true;
                in.close();
            } catch (InterruptedException _) {
                // the transfer has ended
            } catch (IOException _) {
                // a stream that cannot be closed is of no use to the reader either
            }
        }

        @Override
        public void close() {
            watch.interrupt();
        }
    }
}
