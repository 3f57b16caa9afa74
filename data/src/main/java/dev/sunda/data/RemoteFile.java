package dev.sunda.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// A file to download and the digest that tells whether it arrived unharmed.
///
/// @param name      last part of its address and its name in the cache
/// @param algorithm name of a message digest, for example `SHA-256`
/// @param content   whether the digest is of the content inside the gzip compression, which any mirror's compression passes; otherwise it
///                  is of the file as it is transferred
/// @param digest    expected digest in hexadecimal digits
public record RemoteFile(String name, String algorithm, boolean content, String digest) {
    public RemoteFile {
        Objects.requireNonNull(name, "RemoteFile: name is null");
        Objects.requireNonNull(algorithm, "RemoteFile: algorithm is null");
        Objects.requireNonNull(digest, "RemoteFile: digest is null");
        if (name.isEmpty() || name.contains("/") || name.contains("\\") || name.startsWith("."))
            throw new IllegalArgumentException("RemoteFile: the name must be a plain file name (got '" + name + "')");
        digest = digest.toLowerCase(Locale.ROOT);
        int length = newDigest(algorithm).getDigestLength();
        if (!digest.matches("[0-9a-f]*") || digest.length() != 2 * length)
            throw new IllegalArgumentException("RemoteFile: a " + algorithm + " digest has " + 2 * length + " hexadecimal digits (got '"
                    + digest + "')");
    }

    /// A gzip or raw file whose uncompressed content has this SHA-256.
    public static RemoteFile sha256OfContent(String name, String digest) {
        return new RemoteFile(name, "SHA-256", true, digest);
    }

    /// A file that has this SHA-256 as it is transferred.
    public static RemoteFile sha256(String name, String digest) {
        return new RemoteFile(name, "SHA-256", false, digest);
    }

    private static MessageDigest newDigest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalArgumentException("RemoteFile: there is no such digest (got '" + algorithm + "')", e);
        }
    }

    /// What is wrong with a file, or an empty string if it has the expected digest.
    String problemOf(Path file) throws IOException {
        MessageDigest sum = newDigest(algorithm);
        try (InputStream raw = Files.newInputStream(file)) {
            InputStream in = content && startsLikeGzip(file) ? new GZIPInputStream(raw, 1 << 16) : raw;
            var buffer = new byte[1 << 16];
            for (int n; (n = in.read(buffer)) >= 0;)
                sum.update(buffer, 0, n);
        } catch (ZipException | EOFException e) {
            return "corrupt gzip data: " + e.getMessage();
        }
        String found = HexFormat.of().formatHex(sum.digest());
        return found.equals(digest) ? "" : algorithm + " is " + found + " instead of " + digest;
    }

    private static boolean startsLikeGzip(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.read() == 0x1F && in.read() == 0x8B;
        }
    }
}
