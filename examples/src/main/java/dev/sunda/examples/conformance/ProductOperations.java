package dev.sunda.examples.conformance;

import dev.sunda.autograd.Variable;

/// Matrix products.
final class ProductOperations {
    private ProductOperations() {
    }

    static void register(OperationTable table) {
        table.one("linear", ProductOperations::linear);
        table.one("matmul", a -> a.variable("input").matmul(a.variable("other")));
        table.one("bmm", a -> a.variable("input").bmm(a.variable("mat2")));
        table.one("einsum", a -> Variable.einsum(a.text("equation", ""), a.variables("operands").toArray(Variable[]::new)));
    }

    private static Variable linear(Args a) {
        Variable x = a.variable("input");
        Variable w = a.variable("weight").mT();
        return a.has("bias") ? x.matmul(w, a.variable("bias")) : x.matmul(w);
    }
}
