package dev.sunda.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/// A web server on the loopback interface that can misbehave: it answers with whatever bytes a test wants and closes the connection.
final class LoopbackServer implements AutoCloseable {
    private final ServerSocket socket;
    private final Handler handler;
    private final CountDownLatch closing = new CountDownLatch(1);
    final List<Request> requests = new CopyOnWriteArrayList<>();

    /// @param number 0 for the first request this server got
    /// @param from   first byte asked for by a Range header, or -1 if there was none
    record Request(int number, String path, long from) {
    }

    interface Handler {
        void answer(Request request, OutputStream out) throws IOException, InterruptedException;
    }

    LoopbackServer(Handler handler) {
        this.handler = handler;
        try {
            socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    URI folder(String name) {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/" + name);
    }

    private void accept() {
        while (!socket.isClosed())
            try {
                Socket connection = socket.accept();
                Thread.ofVirtual().start(() -> serve(connection));
            } catch (IOException _) {
                return;                                                  // the test is over
            }
    }

    private void serve(Socket connection) {
        try (connection) {
            var in = new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII));
            String path = in.readLine().split(" ")[1];
            long from = -1;
            for (String line; !(line = in.readLine()).isEmpty();)
                if (line.toLowerCase(Locale.ROOT).startsWith("range: bytes="))
                    from = Long.parseLong(line.substring("range: bytes=".length(), line.length() - 1));
            Request request;
            synchronized (requests) {
                request = new Request(requests.size(), path, from);
                requests.add(request);
            }
            handler.answer(request, connection.getOutputStream());
        } catch (IOException | InterruptedException _) {
            // the client has gone; what it thinks of that is what the test looks at
        }
    }

    /// Blocks until the server is closed: a server that has fallen silent.
    void fallSilent() throws InterruptedException {
        closing.await();
    }

    /// Sends a status line, headers and as much of a body as is given, whatever the headers promise.
    static void send(OutputStream out, int status, String headers, byte[] body, int from, int to) throws IOException {
        out.write(("HTTP/1.1 " + status + " Status\r\n" + headers + "Connection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        out.write(body, from, to - from);
        out.flush();
    }

    /// What a sound server does with a file: the whole, or the part asked for.
    static void serve(Request request, OutputStream out, byte[] file) throws IOException {
        int from = (int) request.from();
        if (from < 0)
            send(out, 200, "Content-Length: " + file.length + "\r\n", file, 0, file.length);
        else if (from >= file.length)
            send(out, 416, "Content-Range: bytes */" + file.length + "\r\nContent-Length: 0\r\n", file, 0, 0);
        else
            send(out, 206, "Content-Range: bytes " + from + "-" + (file.length - 1) + "/" + file.length + "\r\nContent-Length: "
                    + (file.length - from) + "\r\n", file, from, file.length);
    }

    @Override
    public void close() throws IOException {
        closing.countDown();
        socket.close();
    }
}
