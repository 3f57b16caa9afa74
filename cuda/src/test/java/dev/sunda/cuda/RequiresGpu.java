package dev.sunda.cuda;

import dev.sunda.core.Backends;
import dev.sunda.core.spi.BackendProvider.Unavailable;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Tests for a machine with a GPU, tag `gpu`. They are skipped, with the reason, where there is none. With `SUNDA_REQUIRE_GPU=1` in the
/// environment they fail instead, so that a machine with a GPU cannot pass by skipping.
@Tag("gpu")
@ExtendWith(RequiresGpu.Condition.class)
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface RequiresGpu {
    /// Looks for a device, once.
    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            String missing = missing();
            if (missing == null)
                return ConditionEvaluationResult.enabled("there is a CUDA device");
            if ("1".equals(System.getenv("SUNDA_REQUIRE_GPU")))
                throw new IllegalStateException("SUNDA_REQUIRE_GPU=1, but there is no CUDA device: " + missing);
            return ConditionEvaluationResult.disabled("no CUDA device: " + missing);
        }

        private static String missing() {
            for (Backends.Status status : Backends.all())
                if (status.kind().equals("cuda"))
                    return status.probe() instanceof Unavailable(String reason) ? reason : null;
            return "the module sunda-cuda is not on the path";
        }
    }
}
