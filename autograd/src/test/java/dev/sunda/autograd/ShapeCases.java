package dev.sunda.autograd;

import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.GridOrder;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.List;
import java.util.stream.Stream;

/// Views, joining and repeating.
final class ShapeCases {
    private ShapeCases() {
    }

    static List<OpCase> cases() {
        return Stream.of(views(), parts(), joined(), rearranged(), triangles()).flatMap(List::stream).toList();
    }

    private static List<OpCase> views() {
        return List.of(
                OpCase.of("reshape", "a,b,c", x -> x.get(0).reshape(-1, x.get(0).size(0)))
                        .refusing(d -> zeros(d, 2, 3).reshape(4, -1)).refusing(d -> zeros(d, 2, 3).reshape(-1, -1))
                        .refusing(d -> zeros(d, 0).reshape(0, -1)).refusing(d -> zeros(d, 2).reshape(-2)),
                OpCase.of("reshape", "a,b", x -> x.get(0).reshape(Shape.of(x.get(0).size(1), x.get(0).size(0)))),
                OpCase.of("flatten", "a,b,c", x -> x.get(0).flatten(1, -1)).asLinear()
                        .refusing(d -> zeros(d, 2, 3).flatten(1, 0)).refusing(d -> zeros(d, 2, 3).flatten(0, 2)),
                OpCase.of("unflatten", "a,6,b", x -> x.get(0).unflatten(1, 2, -1)).asLinear()
                        .refusing(d -> zeros(d, 6).unflatten(0, 4, -1)).refusing(d -> zeros(d, 6).unflatten(1, 6))
                        .refusing(d -> zeros(d, 6).unflatten(0)).refusing(d -> zeros(d, 6).unflatten(0, -1, -1)),
                OpCase.of("squeeze", "a,1,b", x -> x.get(0).squeeze(1)).asLinear()
                        .refusing(d -> zeros(d, 2).squeeze(1)).refusing(d -> zeros(d, 1, 1).squeeze(0, -2))
                        .refusing(d -> zeros(d).squeeze(1)),
                OpCase.of("unsqueeze", "a,b", x -> x.get(0).unsqueeze(-1)).asLinear().refusing(d -> zeros(d, 2).unsqueeze(2)),
                OpCase.of("expand", "a,1", x -> x.get(0).expand(Shape.of(3, x.get(0).size(0), 2))).asLinear()
                        .refusing(d -> zeros(d, 2, 3).expand(Shape.of(4, 3))).refusing(d -> zeros(d, 2, 3).expand(Shape.of(3))),
                OpCase.of("expand", "a,1", x -> x.get(0).expand(2, -1, 3)).asLinear()
                        .refusing(d -> zeros(d, 2).expand(-1, 2)).refusing(d -> zeros(d, 2).expand(-2))
                        .refusing(d -> zeros(d, 2, 3).expand(3)),
                OpCase.of("expandAs", "1,b a,b", x -> x.get(0).expandAs(x.get(1))).asLinear()
                        .refusing(d -> zeros(d, 2).expandAs(zeros(d, 3))),
                OpCase.of("permute", "a,b,c", x -> x.get(0).permute(2, 0, -2)).asLinear()
                        .refusing(d -> zeros(d, 2, 3).permute(0, 0)).refusing(d -> zeros(d, 2, 3).permute(0))
                        .refusing(d -> zeros(d, 2, 3).permute(0, 2)),
                OpCase.of("transpose", "a,b,c", x -> x.get(0).transpose(0, -1)).asLinear()
                        .refusing(d -> zeros(d, 2, 3).transpose(0, 2)).refusing(d -> zeros(d).transpose(0, 1)),
                OpCase.of("swapaxes", "a,b,c", x -> x.get(0).swapaxes(1, -3)).asLinear().refusing(d -> zeros(d, 2).swapaxes(0, 1)),
                OpCase.of("mT", "a,b,c", x -> x.get(0).mT()).asLinear().refusing(d -> zeros(d, 2).mT()),
                OpCase.of("movedim", "a,b,c", x -> x.get(0).movedim(new int[] {0, 1}, new int[] {-1, 0})).asLinear()
                        .refusing(d -> zeros(d, 2, 3).movedim(new int[] {0, 0}, new int[] {0, 1}))
                        .refusing(d -> zeros(d, 2, 3).movedim(new int[] {0}, new int[] {0, 1}))
                        .refusing(d -> zeros(d, 2, 3).movedim(0, 2)),
                OpCase.of("movedim", "a,b,c", x -> x.get(0).movedim(2, 0)).asLinear(),
                OpCase.of("atLeast1d", "-", x -> x.get(0).atLeast1d()).asLinear(),
                OpCase.of("atLeast2d", "a", x -> x.get(0).atLeast2d()).asLinear(),
                OpCase.of("atLeast3d", "a,b", x -> x.get(0).atLeast3d()).asLinear());
    }

    private static List<OpCase> parts() {
        return List.of(
                OpCase.of("narrow", "4,b", x -> x.get(0).narrow(0, 1, 2)).asLinear()
                        .refusing(d -> zeros(d, 4).narrow(0, 3, 2)).refusing(d -> zeros(d, 4).narrow(0, -5, 1))
                        .refusing(d -> zeros(d, 4).narrow(1, 0, 1)).refusing(d -> zeros(d, 4).narrow(0, 0, -1))
                        .refusing(d -> zeros(d).narrow(0, 0, 1)),
                OpCase.of("chunk", "5,b", x -> Variable.cat(x.get(0).chunk(3, 0).reversed(), 0)).asLinear()
                        .refusing(d -> zeros(d, 4).chunk(0, 0)).refusing(d -> zeros(d, 4).chunk(2, 1)).refusing(d -> zeros(d).chunk(1, 0)),
                OpCase.of("split", "5,b", x -> Variable.cat(x.get(0).split(2, 0).reversed(), 0)).asLinear()
                        .refusing(d -> zeros(d, 4).split(0, 0)).refusing(d -> zeros(d, 4).split(-1, 0))
                        .refusing(d -> zeros(d, 4).split(1, 1))
                        .refusing(d -> zeros(d).split(1, 0)),
                OpCase.of("split", "a,5", x -> Variable.cat(x.get(0).split(new int[] {1, 0, 4}, -1).reversed(), 1)).asLinear()
                        .refusing(d -> zeros(d, 4).split(new int[] {1, 2}, 0)).refusing(d -> zeros(d, 4).split(new int[] {5, -1}, 0)),
                OpCase.of("tensorSplit", "5,b", x -> Variable.cat(x.get(0).tensorSplit(3, 0).reversed(), 0)).asLinear()
                        .refusing(d -> zeros(d, 4).tensorSplit(0, 0)).refusing(d -> zeros(d).tensorSplit(1, 0)),
                OpCase.of("tensorSplit", "5,b", x -> Variable.cat(x.get(0).tensorSplit(new int[] {3, 1, -1}, 0), 0)).asLinear()
                        .refusing(d -> zeros(d, 4).tensorSplit(new int[] {1}, 1)),
                OpCase.of("unbind", "a,3", x -> Variable.stack(x.get(0).unbind(1).reversed(), 0)).asLinear()
                        .refusing(d -> zeros(d).unbind(0)).refusing(d -> zeros(d, 2).unbind(1)),
                OpCase.of("slice", "a,5", x -> x.get(0).slice(1, -4, 5, 2)).asLinear()
                        .refusing(d -> zeros(d, 4).slice(0, 0, 4, 0)).refusing(d -> zeros(d, 4).slice(1, 0, 4, 1)),
                OpCase.of("select", "a,3,b", x -> x.get(0).select(1, -1)).asLinear()
                        .refusing(d -> zeros(d, 4).select(0, 4)).refusing(d -> zeros(d, 4).select(0, -5))
                        .refusing(d -> zeros(d).select(0, 0)),
                OpCase.of("diagonal", "a,3,b", x -> x.get(0).diagonal(-1, 2, 1)).asLinear()
                        .refusing(d -> zeros(d, 4, 4).diagonal(0, 1, -1)).refusing(d -> zeros(d, 4).diagonal(0, 0, 1)),
                OpCase.of("unfold", "a,5,b", x -> x.get(0).unfold(1, 3, 1)).asLinear()
                        .refusing(d -> zeros(d, 4).unfold(0, 5, 1)).refusing(d -> zeros(d, 4).unfold(0, 2, 0))
                        .refusing(d -> zeros(d, 4).unfold(1, 2, 1)).refusing(d -> zeros(d, 4).unfold(0, -1, 1)),
                OpCase.of("unfold", "7,b", x -> x.get(0).unfold(0, 2, 3)).asLinear());
    }

    private static List<OpCase> joined() {
        return List.of(
                OpCase.of("cat", "a,b a,c", x -> Variable.cat(List.of(x.get(0), x.get(1), x.get(0)), 1)).asLinear()
                        .refusing(d -> Variable.cat(List.of(), 0)).refusing(d -> Variable.cat(List.of(zeros(d), zeros(d)), 0))
                        .refusing(d -> Variable.cat(List.of(zeros(d, 2, 3), zeros(d, 2, 4)), 0))
                        .refusing(d -> Variable.cat(List.of(zeros(d, 2, 3), zeros(d, 3)), 0))
                        .refusing(d -> Variable.cat(List.of(zeros(d, 2, 3)), 2)),
                OpCase.of("stack", "a,b a,b", x -> Variable.stack(x, 1)).asLinear()
                        .refusing(d -> Variable.stack(List.of(), 0)).refusing(d -> Variable.stack(List.of(zeros(d, 2)), 2))
                        .refusing(d -> Variable.stack(List.of(zeros(d, 2), zeros(d, 3)), 0)),
                OpCase.of("hstack", "a,b a,c", x -> Variable.hstack(x)).asLinear().refusing(d -> Variable.hstack(List.of()))
                        .refusing(d -> Variable.hstack(List.of(zeros(d, 2, 3), zeros(d, 3, 3)))),
                OpCase.of("vstack", "b a,b", x -> Variable.vstack(x)).asLinear().refusing(d -> Variable.vstack(List.of()))
                        .refusing(d -> Variable.vstack(List.of(zeros(d, 2), zeros(d, 3)))),
                OpCase.of("dstack", "a,b a,b", x -> Variable.dstack(x)).asLinear().refusing(d -> Variable.dstack(List.of())),
                OpCase.of("broadcastTensors", "a,1 b", x -> Variable.cat(Variable.broadcastTensors(x), 0)).asLinear()
                        .refusing(d -> Variable.broadcastTensors(List.of()))
                        .refusing(d -> Variable.broadcastTensors(List.of(zeros(d, 2), zeros(d, 3)))),
                OpCase.of("meshgrid", "a b", x -> Variable.stack(Variable.meshgrid(x, GridOrder.XY), 0)).asLinear()
                        .refusing(d -> Variable.meshgrid(List.of(), GridOrder.IJ))
                        .refusing(d -> Variable.meshgrid(List.of(zeros(d, 2, 2)), GridOrder.IJ)),
                OpCase.of("meshgrid", "a b c", x -> Variable.stack(Variable.meshgrid(x, GridOrder.IJ), 0)).asLinear());
    }

    private static List<OpCase> rearranged() {
        return List.of(
                OpCase.of("flip", "a,b,c", x -> x.get(0).flip(0, 2)).asLinear()
                        .refusing(d -> zeros(d, 2).flip(0, 0)).refusing(d -> zeros(d, 2).flip(1)).refusing(d -> zeros(d).flip(1)),
                OpCase.of("roll", "a,b,c", x -> x.get(0).roll(new int[] {1, -5, 2}, 0, 2, 0)).asLinear()
                        .refusing(d -> zeros(d, 2, 3).roll(new int[] {1, 2}, 0)).refusing(d -> zeros(d, 2, 3).roll(new int[0]))
                        .refusing(d -> zeros(d, 2, 3).roll(1, 2)).refusing(d -> zeros(d).roll(1, 0)),
                OpCase.of("roll", "a,b", x -> x.get(0).roll(new int[] {3})).asLinear(),
                OpCase.of("roll", "a,b", x -> x.get(0).roll(2, -1)).asLinear(),
                OpCase.of("rot90", "a,b,c", x -> x.get(0).rot90(3, 0, -1)).asLinear()
                        .refusing(d -> zeros(d, 2).rot90(1, 0, 0)).refusing(d -> zeros(d, 2, 2).rot90(1, 1, -1))
                        .refusing(d -> zeros(d, 2, 2).rot90(1, 0, 2)),
                OpCase.of("repeat", "a,b", x -> x.get(0).repeat(2, 1, 3)).asLinear()
                        .refusing(d -> zeros(d, 2, 3).repeat(2)).refusing(d -> zeros(d, 2).repeat(-1)),
                OpCase.of("tile", "a,b", x -> x.get(0).tile(3)).asLinear().refusing(d -> zeros(d, 2).tile(-1)),
                OpCase.of("repeatInterleave", "a,b", x -> x.get(0).repeatInterleave(2, 0)).asLinear()
                        .refusing(d -> zeros(d, 2).repeatInterleave(-1, 0)).refusing(d -> zeros(d, 2).repeatInterleave(1, 1)),
                OpCase.of("repeatInterleave", "a,3", x -> x.get(0).repeatInterleave(Tensor.of(2L, 0, 1), 1)).asLinear()
                        .refusing(d -> zeros(d, 2).repeatInterleave(Tensor.of(1, 2, 3), 0))
                        .refusing(d -> zeros(d, 2).repeatInterleave(Tensor.of(1, -2), 0))
                        .refusing(d -> zeros(d, 2).repeatInterleave(Tensor.of(1f, 2), 0)));
    }

    private static List<OpCase> triangles() {
        return List.of(
                OpCase.of("tril", "a,b,3", x -> x.get(0).tril(-1)).asLinear().refusing(d -> zeros(d, 2).tril(0)),
                OpCase.of("triu", "a,b,3", x -> x.get(0).triu(1)).asLinear().refusing(d -> zeros(d).triu(0)),
                OpCase.of("diag", "a,b", x -> x.get(0).diag(-1)).asLinear().refusing(d -> zeros(d).diag(0))
                        .refusing(d -> zeros(d, 2, 2, 2).diag(0)),
                OpCase.of("diag", "a", x -> x.get(0).diag(2)).asLinear(),
                OpCase.of("diagEmbed", "a,b", x -> x.get(0).diagEmbed(1, 0, -1)).asLinear().refusing(d -> zeros(d).diagEmbed(0, 0, 1))
                        .refusing(d -> zeros(d, 2).diagEmbed(0, 0, -2)).refusing(d -> zeros(d, 2).diagEmbed(0, 0, 2)));
    }

    /// An index that names these rows for every column of `x`.
    static Tensor rows(Variable x, long... rows) {
        return Tensor.of(rows).to(x.device()).reshape(rows.length, 1).expand(Shape.of(rows.length, x.size(1)));
    }

    /// A vector of positions.
    static Tensor at(Device device, long... positions) {
        return Tensor.of(positions).to(device);
    }
}
