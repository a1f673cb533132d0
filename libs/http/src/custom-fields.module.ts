import { CustomFieldDefinitions, Defining, type CustomField, type Resource } from "@kehu/records";
import { Module, type DynamicModule } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { customFieldsController, fieldDefinitionsController } from "./custom-fields.controller.ts";

/** The fields that a company adds to the resources of a service. */
@Module({})
export class CustomFieldsModule {
  /**
   * @param fields the definitions as a resource
   * @param extended the resources to which fields are added
   */
  static of<T extends CustomField>(fields: Resource<T>, extended: readonly Resource[]): DynamicModule {
    return {
      module: CustomFieldsModule,
      imports: [TypeOrmModule.forFeature([fields.entity])],
      controllers: [...extended.map(customFieldsController(fields as Resource)), fieldDefinitionsController(fields)],
      providers: [
        {
          provide: CustomFieldDefinitions,
          useFactory: (defining: Defining) => new CustomFieldDefinitions(fields, defining),
          inject: [Defining],
        },
      ],
    };
  }
}
