package dev.sunda.examples.conformance;

import dev.sunda.autograd.Gradients;
import dev.sunda.autograd.Variable;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.examples.conformance.CaseResult.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Runs cases on one device.
///
/// @param dtype all floating arguments are converted to it before the call and the results back to the type the case states; null to
///     compute each case in its own type
record CaseRunner(Device device, DType dtype) {
    /// How the message of a call begins that was not refused but failed.
    static final String CRASHED = "crashed with ";

    CaseResult run(GoldenCase golden) {
        try {
            var args = new Args(golden, device, dtype);
            List<Variable> outputs = Operations.named(golden.op()).apply(args);
            if (!args.unread().isEmpty())
                throw new UnsupportedCase("argument " + String.join(", ", args.unread()));
            Map<String, JsonNode> gradients = golden.wantsGradients() ? gradients(golden, args, outputs) : Map.of();
            return new CaseResult(golden.id(), Status.OK, null, outputs.stream().map(y -> written(golden, y)).toList(), gradients);
        } catch (UnsupportedCase | UnsupportedOperationException e) {
            return CaseResult.without(golden.id(), Status.UNSUPPORTED, e.getMessage());
        } catch (IllegalArgumentException e) {
            return CaseResult.without(golden.id(), Status.ERROR, e.getMessage());
        } catch (RuntimeException e) {                               // not a refusal but a mistake of ours; the other cases go on
            return CaseResult.without(golden.id(), Status.ERROR, CRASHED + e);
        }
    }

    private Map<String, JsonNode> gradients(GoldenCase golden, Args args, List<Variable> outputs) {
        var differentiated = new ArrayList<Variable>();
        var upstream = new ArrayList<Variable>();
        for (int i = 0; i < golden.upstream().size(); i++) {
            if (golden.upstream().get(i).isNull())
                continue;
            differentiated.add(outputs.get(i));
            upstream.add(Variable.of(args.place(JsonTensors.read(golden.upstream().get(i)))));
        }
        List<String> names = golden.wanted().stream().filter(name -> requiresGrad(args, name)).toList();
        List<Variable> inputs = names.stream().map(args.variables()::get).toList();
        List<Variable> found = Gradients.gradients(differentiated, upstream, inputs, false);
        var gradients = new LinkedHashMap<String, JsonNode>();
        for (String name : golden.wanted())
            gradients.put(name,
                    names.contains(name) ? written(golden, found.get(names.indexOf(name))) : JsonNodeFactory.instance.nullNode());
        return gradients;
    }

    /// @throws UnsupportedCase if the operation takes the argument as plain numbers, such as a target
    private static boolean requiresGrad(Args args, String name) {
        Variable x = args.variables().get(name);
        if (x == null)
            throw new UnsupportedCase("gradient of " + name);
        return x.requiresGrad();
    }

    private JsonNode written(GoldenCase golden, Variable x) {
        boolean converted = dtype != null && golden.dtype() != null && x.dtype().isFloating();
        return JsonTensors.write(converted ? x.data().to(JsonTensors.dtype(golden.dtype())) : x.data());
    }
}
