package dev.sunda.examples;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The arrows between modules and packages, read from the class files. This module sees all published modules, so the test lives here.
class ArchitectureTests {
    private static final JavaClasses SUNDA = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.sunda");

    /// Guards the other rules: one that looks at no class never fails.
    @Test
    void everyPackageOfEveryModuleIsSeen() {
        Set<String> packages = ModuleLayer.boot().modules().stream()
                .filter(module -> module.isNamed() && module.getName().startsWith("dev.sunda."))
                .flatMap(module -> module.getPackages().stream())
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> seen = SUNDA.stream().map(JavaClass::getPackageName).collect(Collectors.toCollection(TreeSet::new));
        assertThat(packages).contains("dev.sunda.core", "dev.sunda.cuda.driver", "dev.sunda.examples");
        packages.remove("dev.sunda.cuda.ptx");                       // a folder of kernels, without classes
        assertThat(seen).containsAll(packages);
    }

    @Test
    void modulesDependOneWayOnly() {
        layeredArchitecture().consideringOnlyDependenciesInAnyPackage("dev.sunda..").withOptionalLayers(true)
                .layer("core").definedBy("dev.sunda.core..")
                .layer("autograd").definedBy("dev.sunda.autograd..")
                .layer("nn").definedBy("dev.sunda.nn..")
                .layer("optim").definedBy("dev.sunda.optim..")
                .layer("data").definedBy("dev.sunda.data..")
                .layer("cuda").definedBy("dev.sunda.cuda..")
                .layer("examples").definedBy("dev.sunda.examples..")
                .whereLayer("core").mayNotAccessAnyLayer()
                .whereLayer("autograd").mayOnlyAccessLayers("core")
                .whereLayer("nn").mayOnlyAccessLayers("autograd", "core")
                .whereLayer("optim").mayOnlyAccessLayers("autograd", "core")
                .whereLayer("data").mayOnlyAccessLayers("core")
                .whereLayer("cuda").mayOnlyAccessLayers("core")
                .whereLayer("cuda").mayNotBeAccessedByAnyLayer()
                .ensureAllClassesAreContainedInArchitecture()
                .check(SUNDA);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("dev.sunda.(**)").should().beFreeOfCycles().check(SUNDA);
    }

    @Test
    void coreDependsOnTheJdkAlone() {
        classes().that().resideInAPackage("dev.sunda.core..")
                .should().onlyDependOnClassesThat().resideInAnyPackage("dev.sunda.core..", "java..", "jdk.incubator.vector..")
                .check(SUNDA);
    }

    @Test
    void onlyJsonReadersUseJackson() {
        noClasses().that().resideInAnyPackage("dev.sunda.core..", "dev.sunda.autograd..", "dev.sunda.optim..", "dev.sunda.data..")
                .should().dependOnClassesThat().resideInAnyPackage("tools.jackson..")
                .check(SUNDA);
    }

    @Test
    void onlySimdClassesUseTheVectorApi() {
        noClasses().that(not(describe("are Simd... classes of core.cpu", type -> type.getName().startsWith("dev.sunda.core.cpu.Simd"))))
                .should().dependOnClassesThat().resideInAPackage("jdk.incubator.vector..")
                .check(SUNDA);
    }

    @Test
    void onlyTheDriverPackageCallsNativeCode() {
        noClasses().that().resideOutsideOfPackage("dev.sunda.cuda.driver")
                .should().dependOnClassesThat().haveFullyQualifiedName("java.lang.foreign.Linker")
                .check(SUNDA);
        noClasses().that().resideInAnyPackage("dev.sunda.cuda", "dev.sunda.cuda.kernel..", "dev.sunda.cuda.memory..")
                .should().dependOnClassesThat().haveFullyQualifiedName("java.lang.invoke.MethodHandle")
                .check(SUNDA);
    }

    /// `type`, `op`, `spi`, the root: each knows only those before it. `parallel` knows none of them.
    @Test
    void packagesInsideCoreFollowTheirOrder() {
        coreMayUse("type");
        coreMayUse("parallel");
        coreMayUse("op", "type");
        coreMayUse("spi", "op", "type");
    }

    @Test
    void backendsAreReachedThroughTheSpiOnly() {
        noClasses().that().resideOutsideOfPackages("dev.sunda.core.reference..", "dev.sunda.core.cpu..")
                .should().dependOnClassesThat(resideInAnyPackage("dev.sunda.core.reference..", "dev.sunda.core.cpu.."))
                .check(SUNDA);
        noClasses().that().resideInAPackage("dev.sunda.core.reference..")
                .should().dependOnClassesThat().resideInAPackage("dev.sunda.core.cpu..")
                .check(SUNDA);
        noClasses().that().resideInAnyPackage("dev.sunda.core.reference..", "dev.sunda.core.cpu..")
                .should().dependOnClassesThat().resideInAPackage("dev.sunda.core")
                .check(SUNDA);
    }

    private static void coreMayUse(String part, String... others) {
        String[] allowed = new String[others.length + 1];
        allowed[others.length] = "dev.sunda.core." + part;
        for (int i = 0; i < others.length; i++) allowed[i] = "dev.sunda.core." + others[i];
        noClasses().that().resideInAPackage("dev.sunda.core." + part)
                .should().dependOnClassesThat(resideInAnyPackage("dev.sunda..").and(not(resideInAnyPackage(allowed))))
                .check(SUNDA);
    }
}
