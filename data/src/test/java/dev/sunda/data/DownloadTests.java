package dev.sunda.data;

import static dev.sunda.data.LoopbackServer.send;
import static dev.sunda.data.LoopbackServer.serve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

@Timeout(60)
class DownloadTests {
    private static final String NAME = "images.gz";
    private static final byte[] CONTENT = random(200_000);
    private static final byte[] FILE = IdxBytes.gzip(CONTENT);
    private static final RemoteFile REMOTE = RemoteFile.sha256OfContent(NAME, digest("SHA-256", CONTENT));
    private static final Download.Options QUICK = new Download.Options(3, Duration.ofSeconds(20), Duration.ofMillis(1), (_, _, _) -> {});

    @TempDir
    Path directory;

    private static byte[] random(int n) {
        var bytes = new byte[n];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private static String digest(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private Path fetch(LoopbackServer... servers) {
        return Download.fetch(REMOTE, Stream.of(servers).map(server -> server.folder("data/")).toList(), directory, QUICK);
    }

    private void assertFetched(LoopbackServer... servers) throws IOException {
        assertThat(fetch(servers)).isEqualTo(directory.resolve(NAME)).hasBinaryContent(FILE);
        assertThat(parts()).isEmpty();
    }

    private List<Path> parts() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".part")).toList();
        }
    }

    /// Starts a download and gives up when something has arrived.
    private void abandon(LoopbackServer server, long after) {
        var impatient = QUICK.withProgress((_, done, _) -> {
            if (done >= after)
                throw new IllegalStateException("enough");
        });
        assertThatThrownBy(() -> Download.fetch(REMOTE, List.of(server.folder("data")), directory, impatient)).hasMessage("enough");
    }

    @Test
    void fetchesOnceAndTellsHowFarItIs() throws IOException {
        try (var server = new LoopbackServer((request, out) -> serve(request, out, FILE))) {
            var seen = new ArrayList<Long>();
            var options = QUICK.withProgress((name, done, total) -> {
                assertThat(name).isEqualTo(NAME);
                assertThat(total).isEqualTo(FILE.length);
                seen.add(done);
            });
            Path nested = directory.resolve("a/b");
            for (int i = 0; i < 2; i++)
                assertThat(Download.fetch(REMOTE, List.of(server.folder("data")), nested, options)).hasBinaryContent(FILE);
            assertThat(server.requests).containsExactly(new LoopbackServer.Request(0, "/data/" + NAME, -1));
            assertThat(seen).startsWith(0L).endsWith((long) FILE.length).isSorted();
        }
    }

    @Test
    void acceptsAnyCompressionOfTheRightContent() throws IOException {
        try (var server = new LoopbackServer((request, out) -> serve(request, out, CONTENT))) {
            assertThat(fetch(server)).hasBinaryContent(CONTENT);
        }
    }

    @Test
    void checksOtherDigestsOfTheFileItself() {
        try (var server = new LoopbackServer((request, out) -> serve(request, out, FILE))) {
            var md5 = new RemoteFile(NAME, "MD5", false, digest("MD5", FILE));
            assertThat(Download.fetch(md5, List.of(server.folder("")), directory, QUICK)).hasBinaryContent(FILE);
            var wrong = RemoteFile.sha256(NAME, digest("SHA-256", CONTENT));
            assertThatThrownBy(() -> Download.fetch(wrong, List.of(server.folder("")), directory.resolve("other"), QUICK))
                    .isInstanceOf(DataException.class).hasMessageContaining("SHA-256 is " + digest("SHA-256", FILE) + " instead of ");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void continuesWhenTheConnectionCloses() throws IOException {
        try (var server = new LoopbackServer((request, out) -> {
            if (request.number() == 0)
                send(out, 200, "Content-Length: " + FILE.length + "\r\n", FILE, 0, 70_000);
            else
                serve(request, out, FILE);
        })) {
            assertFetched(server);
            assertThat(server.requests).hasSize(2);
            assertThat(server.requests.get(1).from()).isBetween(1L, 70_000L);
        }
    }

    @Test
    void continuesWhenTheServerFallsSilent() throws IOException {
        var self = new LoopbackServer[1];
        try (var server = new LoopbackServer((request, out) -> {
            if (request.number() == 0) {
                send(out, 200, "Content-Length: " + FILE.length + "\r\n", FILE, 0, 70_000);
                self[0].fallSilent();
            }
            serve(request, out, FILE);
        })) {
            self[0] = server;
            var options = new Download.Options(3, Duration.ofMillis(300), Duration.ZERO, (_, _, _) -> {});
            assertThat(Download.fetch(REMOTE, List.of(server.folder("")), directory, options)).hasBinaryContent(FILE);
            assertThat(server.requests.get(1).from()).isEqualTo(70_000);
        }
    }

    @Test
    void namesASilentServer() throws IOException {
        var self = new LoopbackServer[1];
        try (var server = new LoopbackServer((_, out) -> {
            send(out, 200, "Content-Length: 100\r\n", FILE, 0, 10);
            self[0].fallSilent();
        })) {
            self[0] = server;
            var options = new Download.Options(1, Duration.ofMillis(200), Duration.ZERO, (_, _, _) -> {});
            assertThatThrownBy(() -> Download.fetch(REMOTE, List.of(server.folder("")), directory, options))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("no data for 200 ms");
        }
    }

    @Test
    void startsAgainWhenTheServerIgnoresTheRange() throws IOException {
        try (var server = new LoopbackServer((_, out) -> send(out, 200, "Content-Length: " + FILE.length + "\r\n", FILE, 0, FILE.length))) {
            abandon(server, 1000);
            assertFetched(server);
            assertThat(server.requests).hasSize(2);
            assertThat(server.requests.get(1).from()).isPositive();
        }
    }

    @Test
    void startsAgainWhenTheServerSendsAnotherRange() throws IOException {
        try (var server = new LoopbackServer((request, out) -> {
            if (request.from() > 0)
                send(out, 206, "Content-Range: bytes 5-9/10\r\nContent-Length: 5\r\n", FILE, 5, 10);
            else
                serve(request, out, FILE);
        })) {
            abandon(server, 1000);
            assertFetched(server);
            assertThat(server.requests).extracting(LoopbackServer.Request::from).last().isEqualTo(-1L);
        }
    }

    @Test
    void continuesWhereAnEarlierCallEnded() throws IOException {
        try (var server = new LoopbackServer((request, out) -> serve(request, out, FILE))) {
            abandon(server, 50_000);
            assertThat(parts()).hasSize(1);
            long have = Files.size(parts().getFirst());
            assertThat(have).isBetween(50_000L, (long) FILE.length);
            assertFetched(server);
            assertThat(server.requests).extracting(LoopbackServer.Request::from).containsExactly(-1L, have);
        }
    }

    @Test
    void aPartThatIsWholeAlreadyNeedsNoMoreBytes() throws IOException {
        try (var server = new LoopbackServer((request, out) -> serve(request, out, FILE))) {
            abandon(server, FILE.length);
            assertThat(parts().getFirst()).hasBinaryContent(FILE);
            assertFetched(server);
            assertThat(server.requests.get(1).from()).isEqualTo(FILE.length);
        }
    }

    @Test
    void startsAgainWhenThePartWasDamaged() throws IOException {
        try (var server = new LoopbackServer((request, out) -> serve(request, out, FILE))) {
            abandon(server, 50_000);
            byte[] part = Files.readAllBytes(parts().getFirst());
            part[100] ^= 1;
            Files.write(parts().getFirst(), part);
            assertFetched(server);
            assertThat(server.requests).extracting(LoopbackServer.Request::from).containsExactly(-1L, (long) part.length, -1L);
        }
    }

    @Test
    void anInterruptedDownloadCanBeContinued() throws IOException {
        try (var server = new LoopbackServer((request, out) -> serve(request, out, FILE))) {
            var options = QUICK.withProgress((_, done, _) -> {
                if (done >= 20_000)
                    Thread.currentThread().interrupt();
            });
            assertThatThrownBy(() -> Download.fetch(REMOTE, List.of(server.folder("data")), directory, options))
                    .isInstanceOf(DataException.class)
                    .hasMessage(NAME + ": download interrupted; what has arrived is kept and the next download continues there");
            assertThat(Thread.interrupted()).isTrue();
            assertThat(directory.resolve(NAME)).doesNotExist();
            assertThat(Files.size(parts().getFirst())).isGreaterThanOrEqualTo(20_000);
            assertFetched(server);
            assertThat(server.requests.get(1).from()).isGreaterThanOrEqualTo(20_000);
        }
    }

    @Test
    void refusesWrongBytesAndKeepsNothing() throws IOException {
        byte[] other = IdxBytes.gzip(new byte[1000]);
        byte[] broken = FILE.clone();
        broken[100_000] ^= 1;
        for (byte[] wrong : new byte[][] {other, broken, "<html>moved</html>".getBytes(StandardCharsets.US_ASCII)})
            try (var server = new LoopbackServer((request, out) -> serve(request, out, wrong))) {
                assertThatThrownBy(() -> fetch(server)).isInstanceOf(DataException.class)
                        .hasMessageMatching(NAME + ": no mirror delivered the file; http://127\\.0\\.0\\.1:\\d+/data/images\\.gz: "
                                + "(SHA-256 is [0-9a-f]{64} instead of [0-9a-f]{64}|corrupt gzip data: .*); "
                                + "it can also be put into .* by hand");
                assertThat(server.requests).hasSize(1);
                assertThat(parts()).isEmpty();
                assertThat(directory.resolve(NAME)).doesNotExist();
            }
    }

    @Test
    void doesNotAskAgainForWhatIsNotThere() throws IOException {
        try (var server = new LoopbackServer((_, out) -> send(out, 404, "Content-Length: 0\r\n", FILE, 0, 0))) {
            assertThatThrownBy(() -> fetch(server)).isInstanceOf(DataException.class).hasMessageContaining("HTTP status 404");
            assertThat(server.requests).hasSize(1);
        }
    }

    @Test
    void asksAgainWhenTheServerIsBusy() throws IOException {
        try (var server = new LoopbackServer((request, out) -> {
            if (request.number() < 2)
                send(out, 503, "Content-Length: 0\r\n", FILE, 0, 0);
            else
                serve(request, out, FILE);
        })) {
            assertFetched(server);
            assertThat(server.requests).hasSize(3);
        }
    }

    @Test
    void givesUpAfterTheLastAttempt() throws IOException {
        try (var server = new LoopbackServer((_, out) -> send(out, 500, "Content-Length: 0\r\n", FILE, 0, 0))) {
            assertThatThrownBy(() -> fetch(server)).isInstanceOf(DataException.class).hasMessageContaining("HTTP status 500");
            assertThat(server.requests).hasSize(3);
        }
    }

    @Test
    void followsRedirectsWithTheRange() throws IOException {
        try (var server = new LoopbackServer((request, out) -> {
            if (request.path().startsWith("/data/"))
                send(out, 302, "Location: /elsewhere\r\nContent-Length: 0\r\n", FILE, 0, 0);
            else
                serve(request, out, FILE);
        })) {
            abandon(server, 1000);
            assertFetched(server);
            assertThat(server.requests).extracting(LoopbackServer.Request::path)
                    .containsExactly("/data/" + NAME, "/elsewhere", "/data/" + NAME, "/elsewhere");
            assertThat(server.requests.get(3).from()).isPositive();
        }
    }

    @Test
    void asksTheNextMirror() throws IOException {
        try (var missing = new LoopbackServer((_, out) -> send(out, 404, "Content-Length: 0\r\n", FILE, 0, 0));
                var lying = new LoopbackServer((request, out) -> serve(request, out, IdxBytes.gzip(new byte[9])));
                var sound = new LoopbackServer((request, out) -> serve(request, out, FILE))) {
            assertFetched(missing, lying, sound);
            assertThat(sound.requests).extracting(LoopbackServer.Request::from).containsExactly(-1L);      // no bytes of the lying one
        }
    }

    @Test
    void removesPartsOfOtherMirrorsWhenTheFileIsThere() throws IOException {
        try (var first = new LoopbackServer((request, out) -> serve(request, out, FILE));
                var second = new LoopbackServer((request, out) -> serve(request, out, FILE))) {
            abandon(first, 1000);
            assertFetched(second);
            assertThat(second.requests).extracting(LoopbackServer.Request::from).containsExactly(-1L);
        }
    }

    @Test
    void survivesAMirrorThatIsDown() throws IOException {
        URI dead;
        try (var server = new LoopbackServer((_, _) -> {})) {
            dead = server.folder("data");
        }
        try (var sound = new LoopbackServer((request, out) -> serve(request, out, FILE))) {
            assertThat(Download.fetch(REMOTE, List.of(dead, sound.folder("")), directory, QUICK)).hasBinaryContent(FILE);
        }
    }

    @Test
    void refusesAFileThatIsFarTooLarge() throws IOException {
        try (var server = new LoopbackServer((_, out) -> send(out, 200, "Content-Length: 99999999999\r\n", FILE, 0, 100))) {
            assertThatThrownBy(() -> fetch(server)).isInstanceOf(DataException.class)
                    .hasMessageContaining("the server announces 99999999999 bytes");
        }
    }

    @Test
    void replacesADamagedFileInTheCache() throws IOException {
        Files.write(directory.resolve(NAME), new byte[] {1, 2, 3});
        try (var server = new LoopbackServer((request, out) -> serve(request, out, FILE))) {
            assertFetched(server);
        }
    }

    @Test
    void threadsThatWantTheSameFileShareOneDownload() throws Exception {
        var bothAsked = new CountDownLatch(2);
        try (var server = new LoopbackServer((request, out) -> {
            bothAsked.await();
            serve(request, out, FILE);
        })) {
            var tasks = new ArrayList<FutureTask<Path>>();
            for (int i = 0; i < 2; i++) {
                var task = new FutureTask<>(() -> {
                    bothAsked.countDown();
                    return fetch(server);
                });
                tasks.add(task);
                Thread.ofPlatform().daemon().start(task);
            }
            for (var task : tasks)
                assertThat(task.get()).hasBinaryContent(FILE);
            assertThat(server.requests).hasSize(1);
        }
    }

    @Test
    void waitsForAnotherProcessAndUsesItsFile() throws Exception {
        Path classes = Files.createDirectories(directory.resolve("classes/dev/sunda/data"));
        try (var code = OtherProcess.class.getResourceAsStream("OtherProcess.class")) {
            Files.copy(code, classes.resolve("OtherProcess.class"));
        }
        Path made = Files.write(directory.resolve("made"), FILE);
        Process other = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                directory.resolve("classes").toString(), OtherProcess.class.getName(), directory.resolve(NAME + ".lock").toString(),
                made.toString(), directory.resolve(NAME).toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        var asked = new CountDownLatch(1);
        try (var server = new LoopbackServer((request, out) -> {
            asked.countDown();
            serve(request, out, FILE);
        }); var output = other.inputReader(); var input = other.outputWriter()) {
            assertThat(output.readLine()).isEqualTo("locked");
            var task = new FutureTask<>(() -> fetch(server));
            Thread.ofPlatform().daemon().start(task);
            assertThat(asked.await(100, TimeUnit.MILLISECONDS)).isFalse();
            input.write('\n');
            input.flush();
            assertThat(task.get()).hasBinaryContent(FILE);
            assertThat(server.requests).isEmpty();
            assertThat(other.waitFor()).isZero();
        } finally {
            other.destroy();
        }
    }

    @Test
    void downloadsAWholeDataSet() throws IOException {
        Path source = Files.createDirectory(directory.resolve("source"));
        IdxBytes.writeSet(source);
        var tiny = new IdxImageSet("Tiny", Mnist.CLASS_NAMES, Mnist.SET.files().stream()
                .map(file -> RemoteFile.sha256OfContent(file.name(), digest("SHA-256",
                        switch (file.name()) {
                            case IdxImageSet.TRAIN_IMAGES -> IdxBytes.images(7, 1);
                            case IdxImageSet.TRAIN_LABELS -> IdxBytes.labels(7);
                            case IdxImageSet.TEST_IMAGES -> IdxBytes.images(3, 2);
                            default -> IdxBytes.labels(3);
                        })))
                .toList());
        try (var server = new LoopbackServer((request, out) -> {
            String name = request.path().substring(1);
            Path file = source.resolve(name);
            serve(request, out, Files.readAllBytes(Files.exists(file) ? file : source.resolve(name.replace(".gz", ""))));
        })) {
            IdxImageSet.Parts parts = tiny.download(directory, List.of(server.folder("")), QUICK);
            assertThat(parts.train().size()).isEqualTo(7);
            assertThat(parts.test().label(2)).isEqualTo(2);
            assertThat(server.requests).hasSize(4);
            assertThatThrownBy(() -> Mnist.download(directory.resolve("real"), List.of(server.folder("")), QUICK))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("instead of ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db");
        }
    }

    @Test
    void choosesTheCacheDirectory() {
        assertThat(Download.cacheDirectory("/p", "/v", "/h")).isEqualTo(Path.of("/p"));
        assertThat(Download.cacheDirectory(null, "/v", "/h")).isEqualTo(Path.of("/v"));
        assertThat(Download.cacheDirectory(" ", "", "/h")).isEqualTo(Path.of("/h/.cache/sunda"));
    }

    @Test
    void refusesBadArguments() {
        assertThatThrownBy(() -> RemoteFile.sha256("../x", "0".repeat(64))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RemoteFile.sha256("x", "00"))
                .hasMessage("RemoteFile: a SHA-256 digest has 64 hexadecimal digits (got '00')");
        assertThatThrownBy(() -> new RemoteFile("x", "SHA-0", true, "")).hasMessage("RemoteFile: there is no such digest (got 'SHA-0')");
        assertThatThrownBy(() -> Download.fetch(REMOTE, List.of(), directory, QUICK)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Download.Options(0, Duration.ofSeconds(1), Duration.ZERO, (_, _, _) -> {}))
                .hasMessage("Download: attempts must be at least 1 (got 0)");
    }
}
