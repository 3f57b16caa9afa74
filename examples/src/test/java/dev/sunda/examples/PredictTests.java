package dev.sunda.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Reads digits drawn here, in several sizes, formats and colours.
class PredictTests {
    @TempDir
    Path folder;

    /// A digit of straight and curved strokes on a sheet of `size` x `size` pixels.
    private Path draw(String name, char digit, int size, Color ink, Color paper) throws IOException {
        var picture = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = picture.createGraphics();
        pen.setColor(paper);
        pen.fillRect(0, 0, size, size);
        pen.setColor(ink);
        pen.setStroke(new BasicStroke(size / 14f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        switch (digit) {
            case '0' -> pen.drawOval(size * 3 / 10, size / 5, size * 4 / 10, size * 3 / 5);
            case '1' -> pen.drawLine(size * 11 / 20, size / 5, size / 2, size * 4 / 5);
            case '7' -> pen.drawPolyline(new int[] {size * 3 / 10, size * 7 / 10, size * 9 / 20},
                    new int[] {size / 4, size / 4, size * 4 / 5}, 3);
            default -> throw new IllegalArgumentException("digit " + digit);
        }
        pen.dispose();
        Path file = folder.resolve(name);
        assertThat(ImageIO.write(picture, name.substring(name.indexOf('.') + 1), file.toFile())).isTrue();
        return file;
    }

    private static List<String> classes(Cli run) {
        return run.outLines().stream().skip(1).map(line -> line.split("\\s+")[1]).toList();
    }

    @Test
    void readsDrawingsOfAnySizeColourAndFormat() throws IOException {
        Cli run = Cli.run("predict", "--model", TrainedRun.FOLDER,
                draw("zero.png", '0', 280, Color.BLACK, Color.WHITE), draw("white.png", '0', 97, Color.WHITE, Color.BLACK),
                draw("one.png", '1', 28, Color.WHITE, Color.BLACK), draw("one.jpg", '1', 400, Color.BLUE, Color.YELLOW),
                draw("seven.png", '7', 150, Color.DARK_GRAY, Color.WHITE));
        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isZero();
        assertThat(classes(run)).containsExactly("0", "0", "1", "1", "7");
    }

    @Test
    void printsAnAlignedTableOfProbabilities() throws IOException {
        Cli run = Cli.run("predict", "--model", TrainedRun.FOLDER, draw("a.png", '1', 60, Color.BLACK, Color.WHITE),
                draw("longer.png", '0', 60, Color.BLACK, Color.WHITE));
        List<String> lines = run.outLines();
        assertThat(lines).hasSize(3).allSatisfy(line -> assertThat(line).hasSameSizeAs(lines.getFirst()));
        assertThat(lines.getFirst()).startsWith("image").contains("class", "P(0)", "P(9)");
        double sum = lines.get(1).lines().flatMap(line -> List.of(line.split("\\s+")).stream().skip(2)).filter(word -> !word.equals("%"))
                .mapToDouble(Double::parseDouble).sum();
        assertThat(sum).isBetween(99.4, 100.6);
    }

    @Test
    void aBlankSheetIsMisuse() throws IOException {
        Cli run = Cli.run("predict", "--model", TrainedRun.FOLDER, draw("blank.png", '1', 50, Color.WHITE, Color.WHITE));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("blank.png", "the drawing is blank");
    }
}
