import { Module } from '@nestjs/common';
import { FactsConsumer } from './facts.consumer.ts';

@Module({ controllers: [FactsConsumer] })
export class FactsModule {}
