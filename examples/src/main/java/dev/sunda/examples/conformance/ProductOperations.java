package dev.sunda.examples.conformance;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Linears;

/// Matrix products.
final class ProductOperations {
    private ProductOperations() {
    }

    static void register(OperationTable table) {
        table.one("linear", a -> Linears.linear(a.variable("input"), a.variable("weight"), a.optional("bias")));
        table.one("matmul", a -> a.variable("input").matmul(a.variable("other")));
        table.one("bmm", a -> a.variable("input").bmm(a.variable("mat2")));
        table.one("einsum", a -> Variable.einsum(a.text("equation", ""), a.variables("operands").toArray(Variable[]::new)));
    }
}
