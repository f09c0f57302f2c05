// franz-go's registry client against a schema registry: go run . REGISTRY
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/sr"
)

var passed, failed int

func step(name string, work func() error) {
	if err := work(); err != nil {
		failed++
		fmt.Printf("FAIL  %s: %v\n", name, err)
		return
	}
	passed++
	fmt.Printf("ok    %s\n", name)
}

func must(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf(format, args...)
}

func main() {
	ctx := context.Background()
	client, err := sr.NewClient(sr.URLs(os.Args[1]))
	if err != nil {
		panic(err)
	}
	run := fmt.Sprintf("%x", time.Now().UnixNano())
	subject := "franz-" + run
	one := sr.Schema{Schema: `{"type":"record","name":"F","fields":[{"name":"id","type":"long"}]}`}
	two := sr.Schema{Schema: `{"type":"record","name":"F","fields":[{"name":"id","type":"long"},{"name":"n","type":"int","default":1}]}`}
	three := sr.Schema{Schema: `{"type":"record","name":"F","fields":[{"name":"id","type":"long"},{"name":"m","type":"int"}]}`}

	step("register, look up, list", func() error {
		first, err := client.CreateSchema(ctx, subject, one)
		if err != nil {
			return err
		}
		if err := must(first.Version == 1 && first.Subject == subject, "first: %+v", first); err != nil {
			return err
		}
		id, err := client.RegisterSchema(ctx, subject, two, -1, -1)
		if err != nil {
			return err
		}
		found, err := client.LookupSchema(ctx, subject, two)
		if err != nil {
			return err
		}
		versions, err := client.SubjectVersions(ctx, subject)
		if err != nil {
			return err
		}
		byID, err := client.SchemaByID(ctx, id)
		if err != nil {
			return err
		}
		text, err := client.SchemaTextByVersion(ctx, subject, -1)
		if err != nil {
			return err
		}
		return must(found.ID == id && len(versions) == 2 && byID.Schema == two.Schema && text == two.Schema, "%+v %v %q %q", found, versions, byID.Schema, text)
	})
	step("schemas, usages, types", func() error {
		schemas, err := client.Schemas(ctx, subject)
		if err != nil {
			return err
		}
		usages, err := client.SchemaUsagesByID(ctx, schemas[0].ID)
		if err != nil {
			return err
		}
		types, err := client.SupportedTypes(ctx)
		if err != nil {
			return err
		}
		subjects, err := client.Subjects(ctx)
		if err != nil {
			return err
		}
		return must(len(schemas) == 2 && len(usages) == 1 && len(types) == 2 && len(subjects) > 0, "%v %v %v %v", schemas, usages, types, subjects)
	})
	step("compatibility", func() error {
		answer, err := client.CheckCompatibility(sr.WithParams(ctx, sr.Verbose), subject, -1, three)
		if err != nil {
			return err
		}
		_, registered := client.CreateSchema(ctx, subject, three)
		var refused *sr.ResponseError
		isRefused := errors.As(registered, &refused) && refused.StatusCode == 409
		set := client.SetCompatibility(ctx, sr.SetCompatibility{Level: sr.CompatNone}, subject)
		got := client.Compatibility(ctx, subject)
		return must(!answer.Is && len(answer.Messages) > 0 && isRefused && set[0].Err == nil && got[0].Level == sr.CompatNone, "%+v %v %+v %+v", answer, registered, set, got)
	})
	step("modes", func() error {
		set := client.SetMode(ctx, sr.ModeReadOnly, subject)
		got := client.Mode(ctx, subject)
		reset := client.ResetMode(ctx, subject)
		return must(set[0].Err == nil && got[0].Mode == sr.ModeReadOnly && reset[0].Err == nil, "%+v %+v %+v", set, got, reset)
	})
	step("contexts", func() error {
		// Its CreateSchema looks for the new id in the default context, also of a registry that has others.
		id, err := client.RegisterSchema(ctx, ":.franz"+run+":"+subject, one, -1, -1)
		if err != nil {
			return err
		}
		versions, err := client.SubjectVersions(ctx, ":.franz"+run+":"+subject)
		return must(err == nil && id == 1 && len(versions) == 1, "%d %v %v", id, versions, err)
	})
	step("delete", func() error {
		soft, err := client.DeleteSubject(ctx, subject, sr.SoftDelete)
		if err != nil {
			return err
		}
		hard, err := client.DeleteSubject(ctx, subject, sr.HardDelete)
		if err != nil {
			return err
		}
		_, gone := client.SubjectVersions(ctx, subject)
		var refused *sr.ResponseError
		return must(len(soft) == 2 && len(hard) == 2 && errors.As(gone, &refused) && refused.ErrorCode == 40401, "%v %v %v", soft, hard, gone)
	})
	fmt.Printf("franz-go: %d passed, %d failed\n", passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}
