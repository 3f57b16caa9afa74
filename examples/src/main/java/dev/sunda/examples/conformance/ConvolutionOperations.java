package dev.sunda.examples.conformance;

import static dev.sunda.nn.functional.Convolutions.conv;
import static dev.sunda.nn.functional.Convolutions.conv1d;
import static dev.sunda.nn.functional.Convolutions.conv2d;
import static dev.sunda.nn.functional.Convolutions.conv3d;
import static dev.sunda.nn.functional.Convolutions.convTranspose1d;
import static dev.sunda.nn.functional.Convolutions.convTranspose2d;
import static dev.sunda.nn.functional.Convolutions.convTranspose3d;

import dev.sunda.autograd.Variable;
import dev.sunda.core.op.Padding;

/// Convolutions of every kind.
final class ConvolutionOperations {
    private ConvolutionOperations() {
    }

    static void register(OperationTable table) {
        table.one("conv1d", a -> conv1d(a.variable("input"), a.variable("weight"), a.optional("bias"), a.perAxis("stride", 1, 1)[0],
                padding(a, 1), a.perAxis("dilation", 1, 1)[0], a.integer("groups", 1)));
        table.one("conv2d", a -> conv2d(a.variable("input"), a.variable("weight"), a.optional("bias"), a.perAxis("stride", 2, 1),
                padding(a, 2), a.perAxis("dilation", 2, 1), a.integer("groups", 1)));
        table.one("conv3d", a -> conv3d(a.variable("input"), a.variable("weight"), a.optional("bias"), a.perAxis("stride", 3, 1),
                padding(a, 3), a.perAxis("dilation", 3, 1), a.integer("groups", 1)));
        table.one("conv_transpose1d", a -> convTranspose1d(a.variable("input"), a.variable("weight"), a.optional("bias"),
                a.perAxis("stride", 1, 1)[0], padding(a, 1), a.perAxis("output_padding", 1, 0)[0], a.perAxis("dilation", 1, 1)[0],
                a.integer("groups", 1)));
        table.one("conv_transpose2d", a -> convTranspose2d(a.variable("input"), a.variable("weight"), a.optional("bias"),
                a.perAxis("stride", 2, 1), padding(a, 2), a.perAxis("output_padding", 2, 0), a.perAxis("dilation", 2, 1),
                a.integer("groups", 1)));
        table.one("conv_transpose3d", a -> convTranspose3d(a.variable("input"), a.variable("weight"), a.optional("bias"),
                a.perAxis("stride", 3, 1), padding(a, 3), a.perAxis("output_padding", 3, 0), a.perAxis("dilation", 3, 1),
                a.integer("groups", 1)));
        table.one("conv2d_padding_mode", a -> conv(a.variable("input"), a.variable("weight"), a.optional("bias"), a.perAxis("stride", 2, 1),
                padding(a, 2), SpatialOperations.mode(a.text("padding_mode", "constant")), a.perAxis("dilation", 2, 1),
                a.integer("groups", 1)));
        table.one("depthwise_separable", ConvolutionOperations::depthwiseSeparable);
    }

    private static Variable depthwiseSeparable(Args a) {
        Variable x = a.variable("input");
        Variable depthwise = conv2d(x, a.variable("depthwise_weight"), a.optional("depthwise_bias"), a.perAxis("stride", 2, 1),
                padding(a, 2), a.perAxis("dilation", 2, 1), x.size(-3));
        return conv2d(depthwise, a.variable("pointwise_weight"), a.optional("pointwise_bias"), new int[] {1, 1}, Padding.VALID,
                new int[] {1, 1}, 1);
    }

    private static Padding padding(Args a, int axes) {
        if (a.isText("padding"))
            return switch (a.text("padding", "")) {
                case "same" -> Padding.SAME;
                case "valid" -> Padding.VALID;
                default -> throw new UnsupportedCase("padding " + a.text("padding", ""));
            };
        int[] pixels = a.perAxis("padding", axes, 0);
        return switch (axes) {
            case 1 -> Padding.of(pixels[0]);
            case 2 -> Padding.of(pixels[0], pixels[1]);
            default -> Padding.of(pixels[0], pixels[1], pixels[2]);
        };
    }
}
